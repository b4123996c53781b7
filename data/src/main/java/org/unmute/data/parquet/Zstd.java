package org.unmute.data.parquet;

import java.util.Arrays;
import org.unmute.data.parquet.ZstdBits.Huffman;
import org.unmute.data.parquet.ZstdBits.States;

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
    private int at;
    /** Start of the frame in the output; copies must not reach back beyond it. */
    private int frame;

    private Huffman huffman;
    private States literalCodes;
    private States offsetCodes;
    private States matchCodes;
    private final long[] offsets = new long[3];
    private final byte[] literals = new byte[MAX_BLOCK];
    private int literalCount;

    private Zstd(Bytes in, byte[] out) {
        this.in = in;
        this.out = out;
    }

    /** Returns the number of bytes written to {@code out}. */
    static int decompress(Bytes in, byte[] out) {
        Zstd zstd = new Zstd(in, out);
        while (in.remaining() > 0) {
            zstd.frame();
        }
        return zstd.at;
    }

    private void frame() {
        long magic = in.little(4);
        if (magic >>> 4 == SKIPPED) {
            in.part(in.little(4));
            return;
        }
        int head = in.u8();
        if (magic != MAGIC || (head & 8) != 0) {
            throw new BrokenRuleException("bad-compression", "no Zstandard frame, or one of an unknown kind");
        }
        boolean single = (head & 0x20) != 0;
        in.part(single ? 0 : 1);
        if (in.little((1 << (head & 3)) >> 1) != 0) {
            throw new BrokenRuleException("bad-compression", "a Zstandard frame that needs a dictionary");
        }
        int sizeFlag = head >>> 6;
        in.part(sizeFlag == 0 ? single ? 1 : 0 : 1 << sizeFlag);
        frame = at;
        huffman = null;
        literalCodes = null;
        offsetCodes = null;
        matchCodes = null;
        offsets[0] = 1;
        offsets[1] = 4;
        offsets[2] = 8;
        int block;
        do {
            block = (int) in.little(3);
            block(block >>> 1 & 3, block >>> 3);
        } while ((block & 1) == 0);
        in.part(head & 4);
    }

    private void block(int type, int bytes) {
        switch (type) {
            case 0 -> at = Codec.literal(in, out, at, bytes);
            case 1 -> {
                Arrays.fill(out, at, at + bytes, (byte) in.u8());
                at += bytes;
            }
            case 2 -> {
                Bytes block = in.part(bytes);
                literals(block);
                sequences(block);
            }
            default -> throw new BrokenRuleException("bad-compression", "a Zstandard block of an unknown kind");
        }
    }

    private void literals(Bytes block) {
        int first = block.ahead().u8();
        int type = first & 3;
        int format = first >>> 2 & 3;
        if (type < 2) {
            int bytes = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            literalCount = (int) (block.little(bytes) >>> (bytes == 1 ? 3 : 4));
            if (type == 0) {
                block.copyTo(literals, 0, literalCount);
            } else {
                Arrays.fill(literals, 0, literalCount, (byte) block.u8());
            }
            return;
        }
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long head = block.little(format < 2 ? 3 : format + 2);
        literalCount = (int) (head >>> 4 & (1 << bits) - 1);
        Bytes packed = block.part(head >>> 4 + bits & (1 << bits) - 1);
        if (type == 2) {
            huffman = Huffman.read(packed);
        } else if (huffman == null) {
            throw repeatsNothing();
        }
        int streams = format == 0 ? 1 : 4;
        Bytes jumps = packed.part(streams == 1 ? 0 : 6);
        int each = (literalCount + streams - 1) / streams;
        for (int i = 0; i < streams; i++) {
            boolean last = i == streams - 1;
            int from = Math.min(i * each, literalCount);
            int to = last ? literalCount : Math.min(from + each, literalCount);
            huffman.decode(packed.part(last ? packed.remaining() : jumps.little(2)), literals, from, to - from);
        }
    }

    private static BrokenRuleException repeatsNothing() {
        return new BrokenRuleException("bad-compression", "a Zstandard block repeats a table that is not there");
    }

    private void sequences(Bytes block) {
        int count = block.u8();
        if (count == 255) {
            count = (int) block.little(2) + 0x7F00;
        } else if (count >= 128) {
            count = (count - 128 << 8) + block.u8();
        }
        Bytes own = new Bytes(literals).part(literalCount);
        if (count > 0) {
            int modes = block.u8();
            literalCodes = codes(block, modes >>> 6, literalCodes, USUAL_LITERALS, 6, 9, 35);
            offsetCodes = codes(block, modes >>> 4 & 3, offsetCodes, USUAL_OFFSETS, 5, 8, 31);
            matchCodes = codes(block, modes >>> 2 & 3, matchCodes, USUAL_MATCHES, 6, 9, 52);
            ZstdBits bits = new ZstdBits(block);
            int literalState = bits.read(literalCodes.log());
            int offsetState = bits.read(offsetCodes.log());
            int matchState = bits.read(matchCodes.log());
            for (int i = 0; i < count; i++) {
                int offsetCode = offsetCodes.symbols()[offsetState];
                long offset = (1L << offsetCode) + bits.read(offsetCode);
                int matchCode = matchCodes.symbols()[matchState];
                int match = MATCH_BASE[matchCode] + bits.read(MATCH_BITS[matchCode]);
                int literalCode = literalCodes.symbols()[literalState];
                int length = LITERAL_BASE[literalCode] + bits.read(LITERAL_BITS[literalCode]);
                if (i < count - 1) {
                    literalState = literalCodes.next(literalState, bits);
                    matchState = matchCodes.next(matchState, bits);
                    offsetState = offsetCodes.next(offsetState, bits);
                }
                at = Codec.literal(own, out, at, length);
                long back = offset(offset, length == 0);
                if (back > at - frame) {
                    throw new BrokenRuleException(
                            "bad-compression", "a copy from " + back + " bytes before byte " + at);
                }
                Codec.copy(out, at, back, match);
                at += match;
            }
            bits.requireEnd();
        } else if (block.remaining() > 0) {
            throw new BrokenRuleException("bad-compression", "bytes after a Zstandard block");
        }
        at = Codec.literal(own, out, at, own.remaining());
    }

    /**
     * Decodes an offset, which may repeat one of the last three; without preceding literals, the first of these is
     * skipped.
     */
    private long offset(long value, boolean noLiterals) {
        int which = value > 3 ? 3 : (int) value - 1 + (noLiterals ? 1 : 0);
        if (which == 0) {
            return offsets[0];
        }
        long offset = value > 3 ? value - 3 : which == 3 ? offsets[0] - 1 : offsets[which];
        if (which > 1) {
            offsets[2] = offsets[1];
        }
        offsets[1] = offsets[0];
        offsets[0] = offset;
        return offset;
    }

    private static States codes(Bytes block, int mode, States last, int[] usual, int usualLog, int maxLog, int max) {
        return switch (mode) {
            case 0 -> States.of(usual, usualLog);
            case 1 -> States.single(block.u8(), max);
            case 2 -> States.read(block, maxLog, max);
            default -> {
                if (last == null) {
                    throw repeatsNothing();
                }
                yield last;
            }
        };
    }
}
