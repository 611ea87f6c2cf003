// Runs many worlds, each made from a seed, and prints those that violate an invariant.
//
//   sim [--worlds N] [--start N] [--jobs J]    worlds of the seeds from start on
//   sim --seed N [--trace]                     one of them, again, with a trace
//   --with F, --without F                      a feature of features.h more or less; "all"
//   --always F                                 the feature in every world that has faults
//   --until-failure                            ends with the first world that fails
//   --lines N                                  how much to show of a failure, made as short as it
//   gets
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "shrink.h"
#include "world.h"

namespace {

using namespace sim;

struct Options {
  std::uint64_t worlds = 20'000;
  std::uint64_t start = 1;
  std::uint64_t seed = 0;
  unsigned jobs = 1;
  std::size_t lines = 30;
  bool trace = false;
  bool until_failure = false;
};

struct Failure {
  std::uint64_t seed;
  std::string violation;
};

constexpr std::size_t kShown = 5;

Options read(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--trace") {
      options.trace = true;
      continue;
    }
    if (name == "--until-failure") {
      options.until_failure = true;
      continue;
    }
    if ((name == "--with" || name == "--without" || name == "--always") && i + 1 < argc) {
      Features& features = name == "--always" ? forced_features() : enabled_features();
      if (features.set(argv[++i], name != "--without")) continue;
      std::exit((std::fprintf(stderr, "There is no feature %s.\n", argv[i]), 2));
    }
    if (i + 1 == argc) std::exit((std::fprintf(stderr, "What is %s?\n", argv[i]), 2));
    const std::uint64_t value = std::strtoull(argv[++i], nullptr, 10);
    if (name == "--worlds") {
      options.worlds = value;
    } else if (name == "--start") {
      options.start = value;
    } else if (name == "--seed") {
      options.seed = value;
    } else if (name == "--lines") {
      options.lines = value;
    } else if (name == "--jobs") {
      options.jobs = std::max(1U, static_cast<unsigned>(value));
    } else {
      std::exit((std::fprintf(stderr, "What is %s?\n", argv[i - 1]), 2));
    }
  }
  return options;
}

void print_actions(const Plan& plan) {
  for (const Action& action : plan.actions) {
    std::printf("    after %8lld ms  tab %d  %s\n", static_cast<long long>(action.after),
                action.tab, std::string(name_of(action.what)).c_str());
  }
}

void explain(const Failure& failure, std::size_t shown) {
  const Plan plan = make_plan(failure.seed);
  const Plan small = shrink(plan);
  World world(small, true);
  const std::string violation = world.run();
  std::printf("\nseed %llu: %s\n  %s\n", static_cast<unsigned long long>(failure.seed),
              failure.violation.c_str(), describe(plan).c_str());
  std::printf("  shrunk to %zu of %zu actions: %s\n", small.actions.size(), plan.actions.size(),
              violation.c_str());
  print_actions(small);
  const auto& lines = world.trace.lines();
  for (std::size_t i = lines.size() - std::min(lines.size(), shown); i < lines.size(); ++i) {
    std::printf("    %.200s\n", lines[i].c_str());
  }
  std::printf("  replay: sim --seed %llu --trace\n", static_cast<unsigned long long>(failure.seed));
}

void print_coverage(const Coverage& coverage, std::uint64_t worlds) {
  std::printf("%-24s%14s%18s\n", "", "times", "% of worlds");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::count); ++i) {
    std::printf("%-24s%14llu%18.2f%s\n", std::string(kCountNames[i]).c_str(),
                static_cast<unsigned long long>(coverage.of(i)),
                100.0 * static_cast<double>(coverage.worlds(i)) / static_cast<double>(worlds),
                coverage.of(i) == 0 ? "  NEVER" : "");
  }
}

// How often each invariant was violated, without the numbers of documents and events.
void print_kinds(const std::vector<Failure>& failures) {
  std::map<std::string, std::vector<std::uint64_t>> kinds;
  for (const Failure& failure : failures) {
    std::string kind = failure.violation.substr(0, failure.violation.find(": "));
    std::erase_if(kind, [](char c) { return c >= '0' && c <= '9'; });
    kinds[kind].push_back(failure.seed);
  }
  std::printf("\nAll that failed:\n");
  for (const auto& [kind, seeds] : kinds) {
    std::printf("  %zu times \"%s\", seeds", seeds.size(), kind.c_str());
    for (std::size_t i = 0; i < std::min<std::size_t>(seeds.size(), 5); ++i) {
      std::printf(" %llu", static_cast<unsigned long long>(seeds[i]));
    }
    std::printf("\n");
  }
}

int run_one(const Options& options) {
  const Plan plan = make_plan(options.seed);
  std::printf("%s\n", describe(plan).c_str());
  World world(plan, options.trace);
  const std::string violation = world.run();
  for (const std::string& line : world.trace.lines()) std::printf("%.300s\n", line.c_str());
  if (!violation.empty()) explain({options.seed, violation}, options.lines);
  std::printf("%d passed, %d failed\n", violation.empty(), !violation.empty());
  return violation.empty() ? 0 : 1;
}

int run_many(const Options& options) {
  Coverage coverage;
  std::vector<Failure> failures;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{options.start};
  std::atomic<std::uint64_t> lived{0};
  std::atomic<std::uint64_t> end{options.start + options.worlds};
  const auto began = std::chrono::steady_clock::now();
  const auto work = [&] {
    Coverage seen;
    for (std::uint64_t seed = next++; seed < end; seed = next++) {
      const Plan plan = make_plan(seed);
      World world(plan, false);
      std::string violation = world.run();
      seen.add(world.coverage);
      ++lived;
      if (violation.empty()) continue;
      const std::lock_guard lock(mutex);
      failures.push_back({seed, std::move(violation)});
      if (options.until_failure) end = 0;
    }
    const std::lock_guard lock(mutex);
    coverage.merge(seen);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.jobs; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;

  std::sort(failures.begin(), failures.end(),
            [](const Failure& a, const Failure& b) { return a.seed < b.seed; });
  print_coverage(coverage, lived);
  for (std::size_t i = 0; i < std::min(failures.size(), kShown); ++i)
    explain(failures[i], options.lines);
  if (failures.size() > kShown) print_kinds(failures);
  std::printf("\n%llu worlds in %.1f s, %.0f a second\n", static_cast<unsigned long long>(lived),
              took.count(), static_cast<double>(lived) / took.count());
  std::printf("%llu passed, %zu failed\n", static_cast<unsigned long long>(lived - failures.size()),
              failures.size());
  return failures.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read(argc, argv);
  return options.seed != 0 ? run_one(options) : run_many(options);
}
