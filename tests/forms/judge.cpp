// Judges forms: reads the facts of one form a line, and writes for each of its fields, separated by
// tabs, what it means and the evidence for it ("email email=42,unknown=20").
#include <chrono>
#include <iostream>
#include <string>

#include "capture/facts.h"
#include "capture/fields.h"

namespace {

using namespace appizer;

constexpr const char* kNames[] = {"denied",    "unknown",   "email",        "phone", "first_name",
                                  "last_name", "full_name", "organisation", "marked"};

void write(const Judgement& one) {
  std::cout << kNames[static_cast<int>(one.meaning)] << ' ';
  bool more = false;
  for (std::size_t i = 0; i < kMeanings; ++i) {
    if (one.evidence[i] == 0) continue;
    std::cout << (more ? "," : "") << kNames[i] << '=' << one.evidence[i];
    more = true;
  }
  if (one.bare) std::cout << " bare";
  if (one.card) std::cout << " card";
}

}  // namespace

int main(int argc, char**) {
  std::string line;
  std::size_t all = 0;
  std::chrono::nanoseconds spent{};
  while (std::getline(std::cin, line)) {
    const auto began = std::chrono::steady_clock::now();
    Texts texts(line);
    const FormFacts form(texts);
    List<Judgement> fields;
    while (texts.more()) fields.push_back(judge(Field(texts)));
    judge_neighbours(fields);
    spent += std::chrono::steady_clock::now() - began;
    all += fields.size();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) std::cout << '\t';
      write(fields[i]);
    }
    std::cout << '\n';
    release_scratch();
  }
  if (argc > 1 && all > 0) {
    std::cerr << all << " fields, " << static_cast<std::size_t>(spent.count()) / all
              << " ns for each\n";
  }
}
