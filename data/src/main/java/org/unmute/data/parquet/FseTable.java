package org.unmute.data.parquet;

import java.util.Arrays;
import org.unmute.files.MalformedFileException;

/** Decoding table of a finite state entropy coder: each state has a symbol and the bits that select the next state. */
final class FseTable {
    private final int log;
    private final byte[] symbols;
    private final byte[] bits;
    private final short[] bases;

    private FseTable(int log) {
        this.log = log;
        symbols = new byte[1 << log];
        bits = new byte[1 << log];
        bases = new short[1 << log];
    }

    /** A table with a single state, which needs no bits. */
    static FseTable single(Bytes in, int symbol, int max) throws MalformedFileException {
        if (symbol > max) {
            throw in.wrong("bad-compression", "the Zstandard code " + symbol + "; there are codes up to " + max);
        }
        FseTable table = new FseTable(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /**
     * Builds a table.
     *
     * @param shares number of states of each symbol; -1 for less than one
     */
    static FseTable of(Bytes in, int[] shares, int count, int log) throws MalformedFileException {
        FseTable table = new FseTable(log);
        int size = 1 << log;
        int high = size - 1;
        int[] next = new int[count];
        for (int s = 0; s < count; s++) {
            next[s] = Math.abs(shares[s]);
            if (shares[s] == -1) {
                table.symbols[high--] = (byte) s;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int at = 0;
        for (int s = 0; s < count; s++) {
            for (int i = 0; i < shares[s]; i++) {
                table.symbols[at] = (byte) s;
                do {
                    at = at + step & size - 1;
                } while (at > high);
            }
        }
        if (at != 0) {
            throw in.wrong("bad-compression", "a Zstandard table that does not come out even");
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
    static FseTable read(Bytes in, int maxLog, int max) throws MalformedFileException {
        ForwardBits stream = new ForwardBits(in);
        int log = stream.read(4) + 5;
        if (log > maxLog) {
            throw in.wrong("bad-compression", "a Zstandard table of " + log + " bits; at most " + maxLog);
        }
        int[] shares = new int[max + 1];
        int remaining = (1 << log) + 1;
        int symbol = 0;
        while (remaining > 1) {
            if (symbol > max) {
                throw in.wrong("bad-compression", "a Zstandard table with codes beyond " + max);
            }
            // A number below 2^bits takes one bit less if the rest of that range is not needed.
            int bits = 32 - Integer.numberOfLeadingZeros(remaining);
            int half = 1 << bits - 1;
            int spare = 2 * half - 1 - remaining;
            int low = stream.peek(bits - 1);
            int value;
            if (low < spare) {
                value = low;
                stream.skip(bits - 1);
            } else {
                value = stream.read(bits);
                value -= value >= half ? spare : 0;
            }
            int share = value - 1;
            remaining -= Math.abs(share);
            shares[symbol++] = share;
            if (share == 0) {
                int more;
                do {
                    more = stream.read(2);
                    symbol += more;
                } while (more == 3 && symbol <= max);
            }
        }
        if (remaining != 1) {
            throw in.wrong("bad-compression", "a Zstandard table with too many states");
        }
        in.skip(stream.bytes());
        return of(in, Arrays.copyOf(shares, Math.min(symbol, max + 1)), Math.min(symbol, max + 1), log);
    }

    int start(BackwardBits stream) throws MalformedFileException {
        return (int) stream.read(log);
    }

    int symbol(int state) {
        return symbols[state];
    }

    int next(int state, BackwardBits stream) throws MalformedFileException {
        return bases[state] + (int) stream.read(bits[state]);
    }

    /** Number of bits that select the successor of a state. */
    int bits(int state) {
        return bits[state];
    }

    /** Reads the bits of each byte from the lowest. */
    private static final class ForwardBits {
        private final Bytes in;
        private int at;

        ForwardBits(Bytes in) {
            this.in = in;
        }

        /** The next bits; bits after the end are 0. */
        int peek(int bits) throws MalformedFileException {
            int value = 0;
            for (int i = 0; i < bits; i++) {
                int index = at + i >>> 3;
                int bit = index < in.remaining() ? in.peek(index) >>> (at + i & 7) & 1 : 0;
                value |= bit << i;
            }
            return value;
        }

        void skip(int bits) throws MalformedFileException {
            at += bits;
            if (bytes() > in.remaining()) {
                throw in.wrong("bad-compression", "a Zstandard table ends too early");
            }
        }

        int read(int bits) throws MalformedFileException {
            int value = peek(bits);
            skip(bits);
            return value;
        }

        int bytes() {
            return at + 7 >>> 3;
        }
    }
}
