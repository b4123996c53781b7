package org.unmute.data.parquet;

import java.util.Arrays;
import org.unmute.files.MalformedFileException;

/** Decompresses Zstandard frames (RFC 8878). Dictionaries are not supported; content checksums are not verified. */
final class Zstd {
    private static final long MAGIC = 0xFD2FB528L;
    private static final long SKIPPED = 0x184D2A5L;
    private static final int MAX_BLOCK = 1 << 17;

    private static final int[] LITERAL_BASE = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final int[] LITERAL_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final int[] USUAL_LITERALS = {
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1
    };
    private static final int[] USUAL_MATCHES = {
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
    };
    private static final int[] USUAL_OFFSETS = {
        1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1
    };

    private final Bytes in;
    private final byte[] out;
    private final int size;
    private int at;
    /** Start of the frame in the output; copies must not reach back beyond it. */
    private int frame;

    private HuffmanTable huffman;
    private FseTable literalCodes;
    private FseTable offsetCodes;
    private FseTable matchCodes;
    private final long[] offsets = new long[3];
    private byte[] literals = {};
    private int literalCount;

    private Zstd(Bytes in, byte[] out, int size) {
        this.in = in;
        this.out = out;
        this.size = size;
    }

    /** See {@link Codec#decompress}. */
    static void decompress(Bytes in, byte[] out, int size) throws MalformedFileException {
        Zstd zstd = new Zstd(in, out, size);
        while (in.remaining() > 0) {
            zstd.frame();
        }
        if (zstd.at != size) {
            throw in.wrong("bad-compression", "Zstandard ends after " + zstd.at + " of " + size + " bytes");
        }
    }

    private void frame() throws MalformedFileException {
        long magic = in.little(4);
        if (magic >>> 4 == SKIPPED) {
            in.skip(in.little(4));
            return;
        }
        if (magic != MAGIC) {
            throw in.wrong("bad-compression", "no Zstandard frame");
        }
        int head = in.u8();
        boolean single = (head & 0x20) != 0;
        if ((head & 8) != 0) {
            throw in.wrong("bad-compression", "a Zstandard frame of an unknown kind");
        }
        if (!single) {
            in.skip(1);
        }
        int dictionaryBytes = (1 << (head & 3)) >> 1;
        if (in.little(dictionaryBytes) != 0) {
            throw in.wrong("bad-compression", "a Zstandard frame that needs a dictionary");
        }
        int sizeFlag = head >>> 6;
        in.skip(sizeFlag == 0 ? single ? 1 : 0 : 1 << sizeFlag);
        frame = at;
        huffman = null;
        literalCodes = null;
        offsetCodes = null;
        matchCodes = null;
        offsets[0] = 1;
        offsets[1] = 4;
        offsets[2] = 8;
        boolean last;
        do {
            int block = (int) in.little(3);
            last = (block & 1) != 0;
            block(block >>> 1 & 3, block >>> 3);
        } while (!last);
        if ((head & 4) != 0) {
            in.skip(4);
        }
    }

    private void block(int type, int bytes) throws MalformedFileException {
        switch (type) {
            case 0 -> {
                requireRoom(bytes);
                in.copyTo(out, at, bytes);
                at += bytes;
            }
            case 1 -> {
                requireRoom(bytes);
                Arrays.fill(out, at, at + bytes, (byte) in.u8());
                at += bytes;
            }
            case 2 -> {
                Bytes block = in.part(bytes);
                literals(block);
                sequences(block);
            }
            default -> throw in.wrong("bad-compression", "a Zstandard block of an unknown kind");
        }
    }

    private void requireRoom(long bytes) throws MalformedFileException {
        if (bytes > size - at) {
            throw in.wrong("bad-compression", bytes + " bytes more at " + at + " of " + size);
        }
    }

    private void literals(Bytes block) throws MalformedFileException {
        int first = block.peek(0);
        int type = first & 3;
        int format = first >>> 2 & 3;
        if (type < 2) {
            int bytes = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            long head = block.little(bytes);
            literalCount = (int) (head >>> (bytes == 1 ? 3 : 4));
            room();
            if (type == 0) {
                block.copyTo(literals, 0, literalCount);
            } else {
                Arrays.fill(literals, 0, literalCount, (byte) block.u8());
            }
            return;
        }
        int bytes = format < 2 ? 3 : format + 2;
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long head = block.little(bytes);
        literalCount = (int) (head >>> 4 & (1 << bits) - 1);
        Bytes packed = block.part(head >>> 4 + bits & (1 << bits) - 1);
        room();
        if (type == 2) {
            huffman = HuffmanTable.read(packed);
        } else if (huffman == null) {
            throw block.wrong("bad-compression", "Zstandard literals without a table");
        }
        if (format == 0) {
            huffman.decode(packed, literals, 0, literalCount);
            return;
        }
        Bytes jumps = packed.part(6);
        int each = (literalCount + 3) / 4;
        for (int i = 0; i < 4; i++) {
            int from = Math.min(i * each, literalCount);
            int to = i == 3 ? literalCount : Math.min(from + each, literalCount);
            huffman.decode(packed.part(i == 3 ? packed.remaining() : jumps.little(2)), literals, from, to - from);
        }
    }

    private void room() throws MalformedFileException {
        if (literalCount > MAX_BLOCK) {
            throw in.wrong("bad-compression", literalCount + " literals in a Zstandard block");
        }
        if (literals.length < literalCount) {
            literals = new byte[literalCount];
        }
    }

    private void sequences(Bytes block) throws MalformedFileException {
        int count = block.u8();
        if (count == 255) {
            count = (int) block.little(2) + 0x7F00;
        } else if (count >= 128) {
            count = (count - 128 << 8) + block.u8();
        }
        int literal = 0;
        if (count > 0) {
            int modes = block.u8();
            if ((modes & 3) != 0) {
                throw block.wrong("bad-compression", "Zstandard sequences of an unknown kind");
            }
            literalCodes = codes(block, modes >>> 6, literalCodes, USUAL_LITERALS, 6, 9, 35);
            offsetCodes = codes(block, modes >>> 4 & 3, offsetCodes, USUAL_OFFSETS, 5, 8, 31);
            matchCodes = codes(block, modes >>> 2 & 3, matchCodes, USUAL_MATCHES, 6, 9, 52);
            BackwardBits bits = new BackwardBits(block.part(block.remaining()));
            int literalState = literalCodes.start(bits);
            int offsetState = offsetCodes.start(bits);
            int matchState = matchCodes.start(bits);
            for (int i = 0; i < count; i++) {
                int offsetCode = offsetCodes.symbol(offsetState);
                long offset = (1L << offsetCode) + bits.read(offsetCode);
                int matchCode = matchCodes.symbol(matchState);
                int match = MATCH_BASE[matchCode] + (int) bits.read(MATCH_BITS[matchCode]);
                int literalCode = literalCodes.symbol(literalState);
                int own = LITERAL_BASE[literalCode] + (int) bits.read(LITERAL_BITS[literalCode]);
                if (i < count - 1) {
                    literalState = literalCodes.next(literalState, bits);
                    matchState = matchCodes.next(matchState, bits);
                    offsetState = offsetCodes.next(offsetState, bits);
                }
                if (own > literalCount - literal) {
                    throw block.wrong("bad-compression", "a Zstandard block has too few literals");
                }
                requireRoom((long) own + match);
                System.arraycopy(literals, literal, out, at, own);
                literal += own;
                at += own;
                long back = offset(offset, own == 0);
                if (back <= 0 || back > at - frame) {
                    throw block.wrong("bad-compression", "a copy from " + back + " bytes before byte " + at);
                }
                Snappy.copy(out, at, (int) back, match);
                at += match;
            }
            bits.requireEnd();
        } else if (block.remaining() > 0) {
            throw block.wrong("bad-compression", "bytes after a Zstandard block");
        }
        requireRoom(literalCount - literal);
        System.arraycopy(literals, literal, out, at, literalCount - literal);
        at += literalCount - literal;
    }

    /**
     * Decodes an offset, which may repeat one of the last three; without preceding literals, the first of these is
     * skipped.
     */
    private long offset(long value, boolean noLiterals) {
        if (value > 3) {
            offsets[2] = offsets[1];
            offsets[1] = offsets[0];
            offsets[0] = value - 3;
            return offsets[0];
        }
        int which = (int) value - 1 + (noLiterals ? 1 : 0);
        if (which == 0) {
            return offsets[0];
        }
        long offset = which == 3 ? offsets[0] - 1 : offsets[which];
        if (which > 1) {
            offsets[2] = offsets[1];
        }
        offsets[1] = offsets[0];
        offsets[0] = offset;
        return offset;
    }

    private static FseTable codes(Bytes block, int mode, FseTable last, int[] usual, int usualLog, int maxLog, int max)
            throws MalformedFileException {
        return switch (mode) {
            case 0 -> FseTable.of(block, usual, usual.length, usualLog);
            case 1 -> FseTable.single(block, block.u8(), max);
            case 2 -> FseTable.read(block, maxLog, max);
            default -> {
                if (last == null) {
                    throw block.wrong("bad-compression", "a Zstandard block repeats a table that is not there");
                }
                yield last;
            }
        };
    }
}
