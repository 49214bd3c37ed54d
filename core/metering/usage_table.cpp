#include "core/metering/usage_table.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "core/text/csv_write.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core {

std::string usageCsv(const UsageTable& table) {
    std::string csv = "subject,period_start";
    for (const std::string& meter : table.meters) csv += "," + csvText(meter);
    csv += "\r\n";
    for (const MeteredRow& row : table.rows) {
        csv += csvText(row.subject) + "," + dateText(row.startDay);
        for (const auto& value : row.values) {
            csv += ',';
            if (value) csv += csvNumber(*value);
        }
        csv += "\r\n";
    }
    return csv;
}

std::string marksCsv(const UsageTable& table) {
    constexpr std::array<std::string_view, 3> kNames{"starts-late", "ends-early", "gap"};
    std::string csv = "subject,period_start,marks\r\n";
    for (const MeteredRow& row : table.rows) {
        if (row.marks == 0) continue;
        csv += csvText(row.subject) + "," + dateText(row.startDay);
        char separator = ',';
        for (std::size_t i = 0; i < kNames.size(); ++i) {
            if ((row.marks >> i & 1U) == 0) continue;
            csv += separator;
            csv += kNames.at(i);
            separator = ' ';
        }
        csv += "\r\n";
    }
    return csv;
}

std::string pseudonym(const std::string& subject, const std::string& key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(subject.data()), subject.size(), digest.data(),
             &size) == nullptr)
        throw std::runtime_error("OpenSSL refused to compute an HMAC");
    std::string hex;
    for (std::size_t i = 0; i < 16; ++i) hex += fmt::format("{:02x}", digest.at(i));
    return hex;
}

}  // namespace breakeven::core
