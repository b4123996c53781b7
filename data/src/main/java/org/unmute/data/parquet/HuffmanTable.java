package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/**
 * Huffman codes of Zstandard's literals: for each value of the next bits, the byte it encodes and the length of its
 * code.
 */
final class HuffmanTable {
    private static final int MAX_BITS = 11;
    private static final int MAX_WEIGHTS = 255;

    private final int log;
    private final byte[] symbols;
    private final byte[] bits;

    private HuffmanTable(int log) {
        this.log = log;
        symbols = new byte[1 << log];
        bits = new byte[1 << log];
    }

    /** Reads the weights of all bytes except the last one that occurs, whose weight follows from the others. */
    static HuffmanTable read(Bytes in) throws MalformedFileException {
        int[] weights = new int[MAX_WEIGHTS + 1];
        int head = in.u8();
        int count = head < 128 ? packed(in.part(head), weights) : head - 127;
        if (head >= 128) {
            Bytes pairs = in.part((count + 1) / 2);
            for (int i = 0; i < count; i += 2) {
                int pair = pairs.u8();
                weights[i] = pair >>> 4;
                weights[i + 1] = i + 1 < count ? pair & 0xF : 0;
            }
        }
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > MAX_BITS + 1) {
                throw in.wrong("bad-compression", "a Zstandard code of weight " + weights[i]);
            }
            sum += weights[i] == 0 ? 0 : 1 << weights[i] - 1;
        }
        int log = sum == 0 ? 0 : 32 - Integer.numberOfLeadingZeros(sum);
        int rest = (1 << log) - sum;
        if (log == 0 || log > MAX_BITS || Integer.bitCount(rest) != 1) {
            throw in.wrong("bad-compression", "Zstandard codes that do not come out even");
        }
        weights[count] = Integer.numberOfTrailingZeros(rest) + 1;
        return of(weights, count + 1, log);
    }

    private static HuffmanTable of(int[] weights, int count, int log) {
        HuffmanTable table = new HuffmanTable(log);
        int at = 0;
        for (int weight = 1; weight <= log; weight++) {
            for (int s = 0; s < count; s++) {
                if (weights[s] == weight) {
                    for (int i = 0; i < 1 << weight - 1; i++) {
                        table.symbols[at] = (byte) s;
                        table.bits[at++] = (byte) (log + 1 - weight);
                    }
                }
            }
        }
        return table;
    }

    /** Reads weights with two alternating states until the bits are used up. */
    private static int packed(Bytes in, int[] weights) throws MalformedFileException {
        FseTable table = FseTable.read(in, 6, MAX_BITS + 1);
        BackwardBits stream = new BackwardBits(in.part(in.remaining()));
        int[] states = {table.start(stream), table.start(stream)};
        int count = 0;
        for (int turn = 0; ; turn ^= 1) {
            if (count > MAX_WEIGHTS - 2) {
                throw in.wrong("bad-compression", "more than " + MAX_WEIGHTS + " Zstandard codes");
            }
            weights[count++] = table.symbol(states[turn]);
            if (stream.left() < table.bits(states[turn])) {
                weights[count++] = table.symbol(states[turn ^ 1]);
                return count;
            }
            states[turn] = table.next(states[turn], stream);
        }
    }

    /** Decodes a stream of {@code count} bytes. */
    void decode(Bytes in, byte[] out, int from, int count) throws MalformedFileException {
        BackwardBits stream = new BackwardBits(in);
        for (int i = 0; i < count; i++) {
            int index = (int) stream.peek(log);
            out[from + i] = symbols[index];
            stream.skip(bits[index]);
        }
        stream.requireEnd();
    }
}
