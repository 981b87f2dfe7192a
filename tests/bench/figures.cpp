#include "bench/figures.hpp"

#include "bench/machine.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace zzz_jobs::bench {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

void tell(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

double Figure::value() const {
  return median(runs);
}

void Figures::add(Figure figure) {
  const auto value = figure.value();
  std::printf("%s %.*f %s\n", figure.name.c_str(), value < 1000 ? 3 : 0, value,
              figure.unit.c_str());
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Figures::write(const std::filesystem::path& file, const Machine& machine) const {
  nlohmann::ordered_json json;
  json["machine"] = {{"cpu", machine.cpu},
                     {"cores", machine.cores},
                     {"memory_mb", machine.memory_mb},
                     {"kernel", machine.kernel},
                     {"fsyncs_per_s", machine.fsyncs_per_s},
                     {"load_average", machine.load_average},
                     {"date", machine.date},
                     {"compiler", machine.compiler},
                     {"build_type", machine.build_type},
                     {"versions", machine.versions}};
  auto& figures = json["figures"] = nlohmann::ordered_json::object();
  for (const auto& figure : figures_)
    figures[figure.name] = {
      {"value", figure.value()}, {"unit", figure.unit}, {"runs", figure.runs}};
  std::ofstream out{file};
  out << json.dump(2) << '\n';
  if (!out.flush())
    throw std::runtime_error{file.string() + ": cannot be written"};
}

} // namespace zzz_jobs::bench
