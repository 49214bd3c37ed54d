#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/metering/byte_input.hpp"
#include "core/metering/log_parser.hpp"

namespace breakeven::core {

/// Reads a file in batches of pieces that are parsed in parallel. Pieces are cut by bytes, not by threads,
/// and a piece that turns out to begin inside a quoted cell is parsed again from where the one before it
/// ended: so the rows are those of one pass from front to end.
class LogReader {
  public:
    static constexpr std::size_t kMostPieces = 256;

    /// @param pieces  storage of the rows of a batch, kMostPieces of them, used again for every batch
    /// @param hashes  whether `sha256` will be asked for
    LogReader(const std::string& path, unsigned threads, std::vector<EventRows>& pieces, bool hashes = false);

    /// The first bytes, without a byte order mark. Throws Error (Input) when they are no UTF-8 text.
    [[nodiscard]] std::string_view head();

    /// Sets how rows are read; `headBytes` and `headLines` of the beginning are stepped over.
    void begin(const std::function<std::unique_ptr<LogParser>()>& makeParser, std::size_t headBytes,
               std::int64_t headLines);

    /// Parses the next batch into the pieces. @return how many of them hold rows; 0 at the end
    ///
    /// @param parsed  called for each piece by the thread that has just parsed it, while its rows are at
    /// hand;
    ///                called again for a piece that is parsed again
    std::size_t next(const std::function<void(std::size_t piece)>& parsed);

    /// Lines of the file before piece i of the batch.
    [[nodiscard]] std::int64_t linesBefore(std::size_t piece) const { return lineBases_[piece]; }
    [[nodiscard]] std::uint64_t bytesRead() const { return bytesRead_; }
    /// Of the file as it stands, at the end; 64 hex digits.
    [[nodiscard]] std::string sha256() { return input_.sha256(); }

  private:
    void fill();
    bool dropLongLine();
    void parsePieces(const std::vector<std::size_t>& starts,
                     const std::function<void(std::size_t piece)>& parsed);

    ByteInput input_;
    unsigned threads_;
    std::vector<EventRows>& pieces_;
    std::vector<std::unique_ptr<LogParser>> parsers_;  ///< one per thread
    std::string buffer_;
    std::size_t begin_ = 0;  ///< of what is not parsed yet
    std::size_t end_ = 0;
    bool isParsed_ = false;  ///< what is in the buffer has been parsed: more bytes are needed
    bool isAtEnd_ = false;
    bool isSkipping_ = false;
    std::int64_t lines_ = 0;
    std::vector<std::int64_t> lineBases_;
    std::uint64_t bytesRead_ = 0;
};

}  // namespace breakeven::core
