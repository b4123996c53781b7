package org.unmute.data.parquet;

/**
 * Bits from last to first, as Zstandard writes them, and the two kinds of tables that decode them. The highest set bit
 * of the last byte is a marker.
 */
final class ZstdBits {
    private static final int MAX_HUFFMAN = 11;

    private final byte[] data;
    private final int start;
    private int left;

    /** The rest of {@code in}. */
    ZstdBits(Bytes in) {
        data = in.data;
        start = in.at();
        int size = in.remaining();
        int last = size == 0 ? 0 : data[start + size - 1] & 0xFF;
        if (last == 0) {
            throw new BrokenRuleException("bad-compression", "a Zstandard stream of bits without its end");
        }
        left = 8 * (size - 1) + 31 - Integer.numberOfLeadingZeros(last);
    }

    /** The next bits, at most 31, the first one most significant; bits after the end are 0. */
    int peek(int bits) {
        int low = Math.max(left - bits, 0);
        long value = 0;
        for (int b = left - 1 >> 3; b >= low >> 3; b--) {
            value = value << 8 | data[start + b] & 0xFF;
        }
        return (int) (value >>> (low & 7) << low - (left - bits) & (1L << bits) - 1);
    }

    /** Reads bits and requires that they exist. */
    int read(int bits) {
        if (bits > left) {
            throw new BrokenRuleException("bad-compression", "a Zstandard stream ends too early");
        }
        int value = peek(bits);
        left -= bits;
        return value;
    }

    void requireEnd() {
        if (left != 0) {
            throw new BrokenRuleException("bad-compression", "a Zstandard stream with " + left + " bits after its end");
        }
    }

    /**
     * Huffman codes of literals: for each value of the next bits, the byte it encodes and the length of its code.
     *
     * @param log number of bits
     */
    record Huffman(int log, byte[] symbols, byte[] bits) {
        /** Reads the weights of all bytes except the last one that occurs, whose weight follows from the others. */
        static Huffman read(Bytes in) {
            int[] weights = new int[256];
            int head = in.u8();
            int count = head < 128 ? packed(in.part(head), weights) : head - 127;
            Bytes pairs = in.part(head < 128 ? 0 : (count + 1) / 2);
            for (int i = 0; pairs.remaining() > 0; i += 2) {
                int pair = pairs.u8();
                weights[i] = pair >>> 4;
                weights[i + 1] = i + 1 < count ? pair & 0xF : 0;
            }
            int sum = 0;
            for (int i = 0; i < count; i++) {
                sum += weights[i] == 0 ? 0 : 1 << Math.min(weights[i], MAX_HUFFMAN + 2) - 1;
            }
            int log = 32 - Integer.numberOfLeadingZeros(sum);
            int rest = (1 << log) - sum;
            if (sum == 0 || log > MAX_HUFFMAN || Integer.bitCount(rest) != 1) {
                throw new BrokenRuleException("bad-compression", "Zstandard codes that do not come out even");
            }
            weights[count] = Integer.numberOfTrailingZeros(rest) + 1;
            Huffman table = new Huffman(log, new byte[1 << log], new byte[1 << log]);
            int at = 0;
            for (int weight = 1; weight <= log; weight++) {
                for (int s = 0; s <= count; s++) {
                    for (int i = 0; weights[s] == weight && i < 1 << weight - 1; i++) {
                        table.symbols[at] = (byte) s;
                        table.bits[at++] = (byte) (log + 1 - weight);
                    }
                }
            }
            return table;
        }

        /** Reads weights with two alternating states until the bits are used up; returns their number. */
        private static int packed(Bytes in, int[] weights) {
            States table = States.read(in, 6, MAX_HUFFMAN + 1);
            ZstdBits stream = new ZstdBits(in);
            int[] states = {stream.read(table.log), stream.read(table.log)};
            int count = 0;
            for (int turn = 0; ; turn ^= 1) {
                weights[count++] = table.symbols[states[turn]];
                if (stream.left < table.bits[states[turn]]) {
                    weights[count++] = table.symbols[states[turn ^ 1]];
                    return count;
                }
                states[turn] = table.next(states[turn], stream);
            }
        }

        /** Decodes a stream of {@code count} bytes. */
        void decode(Bytes in, byte[] out, int from, int count) {
            ZstdBits stream = new ZstdBits(in);
            for (int i = 0; i < count; i++) {
                int index = stream.peek(log);
                out[from + i] = symbols[index];
                stream.left -= bits[index];
            }
            stream.requireEnd();
        }
    }

    /**
     * States of a finite state entropy coder: each has a symbol and the bits that select the next state.
     *
     * @param log number of bits that select the first state
     */
    record States(int log, byte[] symbols, byte[] bits, short[] bases) {
        /** A single state, which needs no bits. */
        static States single(int symbol, int max) {
            if (symbol > max) {
                throw new BrokenRuleException(
                        "bad-compression", "the Zstandard code " + symbol + "; there are codes up to " + max);
            }
            return new States(0, new byte[] {(byte) symbol}, new byte[1], new short[1]);
        }

        /** @param shares number of states of each symbol, {@code 1 << log} in all; -1 for less than one */
        static States of(int[] shares, int log) {
            int size = 1 << log;
            States table = new States(log, new byte[size], new byte[size], new short[size]);
            int high = size - 1;
            int[] next = new int[shares.length];
            for (int s = 0; s < shares.length; s++) {
                next[s] = Math.abs(shares[s]);
                if (shares[s] == -1) {
                    table.symbols[high--] = (byte) s;
                }
            }
            int at = 0;
            for (int s = 0; s < shares.length; s++) {
                for (int i = 0; i < shares[s]; i++) {
                    table.symbols[at] = (byte) s;
                    do {
                        at = at + (size >> 1) + (size >> 3) + 3 & size - 1;
                    } while (at > high);
                }
            }
            for (int i = 0; i < size; i++) {
                int number = next[table.symbols[i]]++;
                int width = log - (31 - Integer.numberOfLeadingZeros(number));
                table.bits[i] = (byte) width;
                table.bases[i] = (short) ((number << width) - size);
            }
            return table;
        }

        /** Reads a table; bits are read from the lowest, and the table ends at a byte boundary. */
        static States read(Bytes in, int maxLog, int max) {
            int at = 4;
            int log = (int) in.bits(0, 4) + 5;
            if (log > maxLog) {
                throw new BrokenRuleException(
                        "bad-compression", "a Zstandard table of " + log + " bits; at most " + maxLog);
            }
            int[] shares = new int[max + 1];
            int remaining = (1 << log) + 1;
            int symbol = 0;
            while (remaining > 1) {
                // A number below 2^bits takes one bit less if the rest of that range is not needed.
                int bits = 31 - Integer.numberOfLeadingZeros(remaining);
                int spare = (2 << bits) - 1 - remaining;
                int value = (int) in.bits(at, bits);
                at += bits;
                if (value >= spare) {
                    value = (int) in.bits(at++, 1) == 0 ? value : value + (1 << bits) - spare;
                }
                shares[symbol++] = value - 1;
                remaining -= Math.abs(value - 1);
                int more = value == 1 ? 3 : 0;
                while (more == 3) {
                    more = (int) in.bits(at, 2);
                    at += 2;
                    symbol += more;
                }
            }
            in.part((at + 7) / 8);
            if (remaining != 1) {
                throw new BrokenRuleException("bad-compression", "a Zstandard table with too many states");
            }
            return of(shares, log);
        }

        int next(int state, ZstdBits stream) {
            return bases[state] + stream.read(bits[state]);
        }
    }
}
