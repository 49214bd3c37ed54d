#include "sim/engine/part_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text/packed_bytes.hpp"
#include "core/units/sha256.hpp"
#include "sim/engine/simulate.hpp"

namespace breakeven::sim {
namespace {

constexpr std::string_view kMagic = "bkvnpart";
constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kHashDigits = 64;

core::Error refused(const std::string& file, std::string problem, std::string remedy) {
    return {core::Error::Kind::Input,
            {core::Severity::Error, {file, 0, 0}, std::move(problem), std::move(remedy)}};
}

void packManifest(const RunManifest& manifest, core::BytePacker& packer) {
    for (const std::string* text :
         {&manifest.run, &manifest.scenario, &manifest.question, &manifest.currency, &manifest.scenarioHash})
        packer.text(*text);
    packer.whole(manifest.settings.users);
    packer.whole(manifest.settings.worlds);
    packer.whole(manifest.settings.months);
    packer.whole(manifest.settings.seed);
    packer.text(core::samplingName(manifest.settings.sampling));
}

RunManifest unpackManifest(std::string engineVersion, core::ByteUnpacker& unpacker) {
    RunManifest manifest;
    manifest.engineVersion = std::move(engineVersion);
    for (std::string* text :
         {&manifest.run, &manifest.scenario, &manifest.question, &manifest.currency, &manifest.scenarioHash})
        *text = unpacker.text();
    manifest.settings.users = unpacker.whole();
    manifest.settings.worlds = static_cast<std::uint32_t>(unpacker.whole(UINT32_MAX));
    manifest.settings.months = static_cast<std::uint32_t>(unpacker.whole(UINT32_MAX));
    manifest.settings.seed = unpacker.whole();
    const auto sampling = core::samplingNamed(unpacker.text());
    if (!sampling) throw core::BytesUnreadable("an unknown sampling");
    manifest.settings.sampling = *sampling;
    return manifest;
}

void packRecord(const RunRecord& record, core::BytePacker& packer) {
    packer.text(record.scenarioFile);
    packer.text(record.scenarioText);
    packer.whole(record.overrides.size());
    for (const core::Override& change : record.overrides) {
        packer.text(change.key);
        packer.text(change.value);
    }
    packer.whole(record.inputs.size());
    for (const core::InputFile& input : record.inputs) {
        packer.text(input.name);
        packer.text(input.sha256);
        packer.text(input.content);
    }
    packer.text(record.startedAt);
    packer.whole(static_cast<std::uint64_t>(record.durationMs));
    packer.whole(static_cast<std::uint64_t>(record.threads));
}

RunRecord unpackRecord(core::ByteUnpacker& unpacker) {
    RunRecord record;
    record.scenarioFile = unpacker.text();
    record.scenarioText = unpacker.text();
    record.overrides.resize(unpacker.count(2));
    for (core::Override& change : record.overrides) {
        change.key = unpacker.text();
        change.value = unpacker.text();
    }
    record.inputs.resize(unpacker.count(3));
    for (core::InputFile& input : record.inputs) {
        input.name = unpacker.text();
        input.sha256 = unpacker.text();
        input.content = unpacker.text();
    }
    record.startedAt = unpacker.text();
    record.durationMs = static_cast<std::int64_t>(unpacker.whole(INT64_MAX));
    record.threads = static_cast<int>(unpacker.whole(INT32_MAX));
    return record;
}

std::string nameOf(const Shard& shard) {
    return fmt::format("{}/{}", shard.index, shard.count);
}

/// What of the manifests differs first, in words.
std::string differenceOf(const RunManifest& own, const RunManifest& other) {
    if (own.scenario != other.scenario)
        return fmt::format("scenario \"{}\", not \"{}\"", own.scenario, other.scenario);
    if (own.scenarioHash != other.scenarioHash)
        return "the scenario, what --set changed or an input file is another";
    const auto numbers = [](const char* what, auto mine, auto yours) {
        return fmt::format("{} {}, not {}", what, mine, yours);
    };
    const core::RunSettings& a = own.settings;
    const core::RunSettings& b = other.settings;
    if (a.users != b.users) return numbers("users", a.users, b.users);
    if (a.worlds != b.worlds) return numbers("worlds", a.worlds, b.worlds);
    if (a.months != b.months) return numbers("months", a.months, b.months);
    if (a.seed != b.seed) return numbers("seed", a.seed, b.seed);
    return numbers("sampling", core::samplingName(a.sampling), core::samplingName(b.sampling));
}

}  // namespace

core::Error damagedPart(const std::string& file, const std::string& reason) {
    return refused(file, fmt::format("the part is damaged: {}", reason),
                   "copy it again, or make it again with `run --shard`");
}

std::string partBytes(const PartFile& part) {
    core::BytePacker packer;
    packer.text(part.manifest.engineVersion);
    packManifest(part.manifest, packer);
    packer.whole(part.shard.index);
    packer.whole(part.shard.count);
    packRecord(part.record, packer);
    packer.text(part.packed);
    core::BytePacker head;
    head.whole(kFormat);
    std::string bytes = std::string(kMagic) + head.bytes() + packer.bytes();
    bytes += core::sha256Hex(bytes);
    return bytes;
}

PartFile readPart(std::string_view bytes, const std::string& file) {
    if (!bytes.starts_with(kMagic))
        throw refused(file, "this is not a part of a run", "name files that `run --shard` wrote");
    try {
        core::ByteUnpacker head(bytes.substr(kMagic.size()));
        if (const std::uint64_t format = head.whole(); format != kFormat)
            throw refused(file,
                          fmt::format("the part has format {}, this version reads up to {}", format, kFormat),
                          "use the version that wrote it");
        if (bytes.size() < kMagic.size() + kHashDigits) throw damagedPart(file, "it was cut off");
        const std::string_view hashed = bytes.substr(0, bytes.size() - kHashDigits);
        if (core::sha256Hex(hashed) != bytes.substr(hashed.size()))
            throw damagedPart(file, "it was cut off or altered");

        core::ByteUnpacker unpacker(hashed.substr(kMagic.size()));
        static_cast<void>(unpacker.whole());
        std::string engineVersion = unpacker.text();
        if (engineVersion != kEngineVersion)
            throw refused(file,
                          fmt::format("the part was made by engine version {}, this is version {}",
                                      engineVersion, kEngineVersion),
                          "merge with the version that made it, or make all parts again");
        PartFile part;
        part.manifest = unpackManifest(std::move(engineVersion), unpacker);
        part.shard.index = static_cast<std::uint32_t>(unpacker.whole(kMostShards));
        part.shard.count = static_cast<std::uint32_t>(unpacker.whole(kMostShards));
        if (part.shard.index == 0 || part.shard.index > part.shard.count)
            throw core::BytesUnreadable("there is no such shard");
        part.record = unpackRecord(unpacker);
        part.packed = unpacker.text();
        if (!unpacker.isAtEnd()) throw core::BytesUnreadable("something follows its end");
        return part;
    } catch (const core::BytesUnreadable& error) {
        throw damagedPart(file, error.what());
    }
}

std::vector<core::Diagnostic> partProblems(std::span<const NamedPart> parts) {
    std::vector<core::Diagnostic> problems;
    const auto tell = [&](const std::string& file, std::string problem, std::string remedy) {
        problems.push_back({core::Severity::Error, {file, 0, 0}, std::move(problem), std::move(remedy)});
    };
    if (parts.empty()) return problems;
    const NamedPart& first = parts.front();
    const std::uint32_t count = first.part.shard.count;
    std::vector<const NamedPart*> found(count, nullptr);
    for (const NamedPart& named : parts) {
        const PartFile& part = named.part;
        if (part.manifest != first.part.manifest) {
            tell(named.file,
                 fmt::format("this is a part of another run than {}: {}", first.file,
                             differenceOf(part.manifest, first.part.manifest)),
                 "merge the parts of one run at a time");
            continue;
        }
        if (part.shard.count != count) {
            tell(named.file,
                 fmt::format("this is part {}, but {} is part {}", nameOf(part.shard), first.file,
                             nameOf(first.part.shard)),
                 "merge parts of the same number of parts");
            continue;
        }
        const NamedPart*& place = found[part.shard.index - 1];
        if (place != nullptr) {
            tell(named.file,
                 fmt::format("part {} is given twice: {} is it too", nameOf(part.shard), place->file),
                 "leave one of them out");
            continue;
        }
        place = &named;
    }
    std::vector<std::string> missing;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (found[i] == nullptr) missing.push_back(nameOf({i + 1, count}));
    }
    if (!missing.empty()) {
        constexpr std::size_t kMostNamed = 20;
        const std::size_t more = missing.size() - std::min(missing.size(), kMostNamed);
        missing.resize(missing.size() - more);
        tell(first.part.record.scenarioFile,
             fmt::format("parts that are missing: {}{}", fmt::join(missing, ", "),
                         more > 0 ? fmt::format(" and {} more", more) : ""),
             fmt::format("make them with the settings of {} and --shard {}", first.file, missing.front()));
    }
    return problems;
}

}  // namespace breakeven::sim
