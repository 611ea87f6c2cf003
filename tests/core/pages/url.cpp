#include "pages/url.h"

#include "catch.hpp"

using namespace appizer;

TEST_CASE("a URL is taken apart as a browser writes it", "[url]") {
  struct Row {
    const char* url;
    const char* scheme;
    const char* host;
    const char* path;
    const char* query;
    const char* hash;
  };
  const auto row = GENERATE(values<Row>({
      {"https://shop.example/a/b?x=1#top", "https", "shop.example", "/a/b", "x=1", "top"},
      {"http://localhost:8080/", "http", "localhost:8080", "/", "", ""},
      {"https://shop.example", "https", "shop.example", "", "", ""},
      {"https://shop.example?x", "https", "shop.example", "", "x", ""},
      {"https://user:secret@shop.example/a", "https", "shop.example", "/a", "", ""},
      {"https://[::1]:8080/a", "https", "[::1]:8080", "/a", "", ""},
      {"https://x.example/a#b?c#d", "https", "x.example", "/a", "", "b?c#d"},
      {"https://x.example/a?b?c", "https", "x.example", "/a", "b?c", ""},
      {"https://x.example/to/https://y.example/", "https", "x.example", "/to/https://y.example/",
       "", ""},
      {"file:///home/index.html", "file", "", "/home/index.html", "", ""},
      {"about:blank#a", "about", "", "", "", ""},
      {"data:text/html,<p>hello?a#b", "data", "", "", "", ""},
      {"mailto:somebody@example.com", "mailto", "", "", "", ""},
      {"/a/b?c", "", "", "/a/b", "c", ""},
      {"a/b:c", "", "", "a/b:c", "", ""},
      {"", "", "", "", "", ""},
      {":", "", "", "", "", ""},
      {"//", "", "", "//", "", ""},
      {"#", "", "", "", "", ""},
  }));
  CAPTURE(row.url);
  const Url url = split(row.url);
  CHECK(url.scheme == row.scheme);
  CHECK(url.host == row.host);
  CHECK(url.path == row.path);
  CHECK(url.query == row.query);
  CHECK(url.hash == row.hash);
}

TEST_CASE("a page is named by its path, and the hash where that is a route", "[url]") {
  struct Row {
    const char* url;
    const char* routes;
    const char* all;
    const char* none;
  };
  const auto row = GENERATE(values<Row>({
      {"https://x.example/a/b", "/a/b", "/a/b", "/a/b"},
      {"https://x.example/a?b=c", "/a", "/a", "/a"},
      {"https://x.example/a#top", "/a", "/a#top", "/a"},
      {"https://x.example/a#", "/a", "/a", "/a"},
      {"https://x.example/#/inbox", "/#/inbox", "/#/inbox", "/"},
      {"https://x.example/app#!/inbox", "/app#!/inbox", "/app#!/inbox", "/app"},
      {"https://x.example/#/inbox?sort=date", "/#/inbox", "/#/inbox", "/"},
      {"https://x.example/#/", "/", "/", "/"},
      {"https://x.example/#!/", "/", "/", "/"},
      {"https://x.example/#/?a=b", "/", "/", "/"},
      {"https://x.example/#inbox/1", "/", "/#inbox/1", "/"},
  }));
  CAPTURE(row.url);
  CHECK(page_of(split(row.url), Hashes::routes) == row.routes);
  CHECK(page_of(split(row.url), Hashes::all) == row.all);
  CHECK(page_of(split(row.url), Hashes::none) == row.none);
}

TEST_CASE("percent encoding is undone, and what is none stands", "[url]") {
  CHECK(decoded("a%20b%C3%A9", false) == "a b\xC3\xA9");
  CHECK(decoded("a+b", false) == "a+b");
  CHECK(decoded("a+b%2B", true) == "a b+");
  CHECK(decoded("100%", false) == "100%");
  CHECK(decoded("%4", false) == "%4");
  CHECK(decoded("%zz%4a", false) == "%zzJ");
}

TEST_CASE("a URL is the same however its percent encoding is spelled", "[url]") {
  const auto [spelled, same] = GENERATE(table<const char*, const char*>({
      {"https://x.example/caf%c3%a9", "https://x.example/caf%C3%A9"},
      {"https://x.example/%7ejane", "https://x.example/~jane"},
      {"https://x.example/%41%2d%5F?a=%62#%63", "https://x.example/A-_?a=b#c"},
      {"https://x.example/a%2fb%26", "https://x.example/a%2Fb%26"},
      {"https://x.example/100%", "https://x.example/100%"},
      {"https://x.example/%4", "https://x.example/%4"},
      {"https://x.example/%zz%41", "https://x.example/%zzA"},
      // Not an escape that was none.
      {"https://x.example/%%41", "https://x.example/%%41"},
      {"https://x.example/%4%31", "https://x.example/%4%31"},
      {"https://x.example/%%%%33333", "https://x.example/%%%%33333"},
      {"", ""},
  }));
  CAPTURE(spelled);
  CHECK(std::string(normalized(spelled)) == same);
  CHECK(std::string(normalized(same)) == same);
}

TEST_CASE("sub-domains are of the same site as their domain", "[url]") {
  const auto same = [](const char* a, const char* b) { return is_same_site(split(a), split(b)); };
  CHECK(same("https://x.example/a", "http://x.example/b"));
  CHECK(same("https://www.x.example/", "https://app.x.example/"));
  CHECK_FALSE(same("https://ax.example/", "https://x.example/"));
  CHECK_FALSE(same("", ""));
  CHECK_FALSE(same("about:blank", "about:blank"));
}
