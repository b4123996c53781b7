package org.unmute.audio.vorbis;

import java.util.Arrays;
import org.unmute.audio.vorbis.PacketBits.EndOfPacket;

/** A codebook: Huffman codes, with an optional vector for each (Vorbis I, section 3). */
final class Codebook {
    private static final int SYNC = 0x564342;
    /** Number of bits resolved by the lookup table. */
    private static final int TABLE_BITS = 9;

    private final int dimensions;
    private final int entries;
    /**
     * Indexed by the next bits: entry and length as {@code entry << 6 | length}, or the complement of the node at which
     * to continue.
     */
    private final int[] table;

    private final int tableBits;
    /**
     * The children of node {@code i} are at {@code 2 * i} and {@code 2 * i + 1}: another node, or the complement of an
     * entry.
     */
    private int[] tree;

    private int nodes = 1;
    /** {@code [entries][dimensions]}; null if the codebook has no vectors. */
    private final float[] vectors;

    /** Limits the memory of all codebooks of a file, so that a header of a few bytes cannot demand gigabytes. */
    static final class Budget {
        /** The codebooks of libvorbis need less than a tenth of this. */
        private long left = 1 << 21;

        void take(long amount, String what) throws InvalidVorbisException {
            left -= amount;
            if (left < 0) {
                throw new InvalidVorbisException("its codebooks have too many " + what);
            }
        }
    }

    Codebook(PacketBits bits, Budget budget) throws EndOfPacket, InvalidVorbisException {
        if (bits.read(24) != SYNC) {
            throw new InvalidVorbisException("a codebook does not begin with its mark");
        }
        dimensions = bits.read(16);
        entries = bits.read(24);
        if (dimensions == 0 || entries == 0) {
            throw new InvalidVorbisException("a codebook of " + entries + " entries and " + dimensions + " dimensions");
        }
        budget.take(4L * entries, "entries");
        byte[] lengths = lengths(bits);
        int used = 0;
        int longest = 1;
        for (byte length : lengths) {
            used += length > 0 ? 1 : 0;
            longest = Math.max(longest, length);
        }
        tableBits = Math.min(TABLE_BITS, longest);
        table = new int[1 << tableBits];
        tree = new int[2 * Math.max(2, used)];
        assign(lengths, used);
        fill(0, 0, 0);
        vectors = vectors(bits, budget);
    }

    private byte[] lengths(PacketBits bits) throws EndOfPacket, InvalidVorbisException {
        byte[] lengths = new byte[entries];
        if (bits.flag()) {
            int length = bits.read(5) + 1;
            for (int i = 0; i < entries; length++) {
                int count = bits.read(PacketBits.width(entries - i));
                if (count > entries - i || length > 32) {
                    throw new InvalidVorbisException("the lengths of a codebook's words do not fit its entries");
                }
                Arrays.fill(lengths, i, i + count, (byte) length);
                i += count;
            }
        } else {
            boolean sparse = bits.flag();
            for (int i = 0; i < entries; i++) {
                lengths[i] = (byte) (sparse && !bits.flag() ? 0 : bits.read(5) + 1);
            }
        }
        return lengths;
    }

    /** Assigns each entry the lowest free codeword of its length and inserts it into the tree. */
    private void assign(byte[] lengths, int used) throws InvalidVorbisException {
        // The free codeword of each length, from bit 31 down; 0 if there is none, except for the very first.
        int[] free = new int[33];
        boolean first = true;
        if (used == 0) {
            tree[0] = ~0;
            tree[1] = ~0;
        }
        for (int entry = 0; entry < entries; entry++) {
            int length = lengths[entry];
            if (length == 0) {
                continue;
            }
            if (used == 1) {
                // A single codeword stands for its entry whatever its bits are.
                tree[0] = ~entry;
                tree[1] = ~entry;
                return;
            }
            int word = 0;
            int from = 0;
            if (!first) {
                from = length;
                while (from > 0 && free[from] == 0) {
                    from--;
                }
                if (from == 0) {
                    throw new InvalidVorbisException("a codebook has more words than fit their lengths");
                }
                word = free[from];
                free[from] = 0;
            }
            first = false;
            for (int i = from + 1; i <= length; i++) {
                free[i] = word | 1 << 32 - i;
            }
            insert(word, length, entry);
        }
        for (int word : free) {
            if (word != 0) {
                throw new InvalidVorbisException("a codebook has fewer words than its lengths demand");
            }
        }
    }

    private void insert(int word, int length, int entry) {
        int node = 0;
        for (int i = 0; i < length - 1; i++) {
            int slot = 2 * node + (word >>> 31 - i & 1);
            if (tree[slot] == 0) {
                if (2 * nodes + 2 > tree.length) {
                    tree = Arrays.copyOf(tree, 2 * tree.length);
                }
                tree[slot] = nodes++;
            }
            node = tree[slot];
        }
        tree[2 * node + (word >>> 32 - length & 1)] = ~entry;
    }

    /** @param word the bits that lead to the node, the first in the lowest position */
    private void fill(int node, int depth, int word) {
        for (int bit = 0; bit < 2; bit++) {
            int child = tree[2 * node + bit];
            int next = word | bit << depth;
            if (child < 0) {
                for (int i = next; i < table.length; i += 2 << depth) {
                    table[i] = ~child << 6 | depth + 1;
                }
            } else if (depth + 1 == tableBits) {
                table[next] = ~child;
            } else {
                fill(child, depth + 1, next);
            }
        }
    }

    private float[] vectors(PacketBits bits, Budget budget) throws EndOfPacket, InvalidVorbisException {
        int type = bits.read(4);
        if (type == 0) {
            return null;
        }
        if (type > 2) {
            throw new InvalidVorbisException("codebook lookup type " + type + " is reserved");
        }
        float min = unpack(bits.read(32));
        float delta = unpack(bits.read(32));
        int valueBits = bits.read(4) + 1;
        boolean sequence = bits.flag();
        budget.take((long) entries * dimensions, "vectors");
        int count = type == 1 ? root() : entries * dimensions;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = bits.read(valueBits) * delta + min;
        }
        float[] all = new float[entries * dimensions];
        for (int e = 0; e < entries; e++) {
            float last = 0;
            long divisor = 1;
            for (int d = 0; d < dimensions; d++) {
                int index = type == 1 ? (int) (e / divisor % count) : e * dimensions + d;
                float value = values[index] + last;
                all[e * dimensions + d] = value;
                last = sequence ? value : 0;
                divisor = Math.min(divisor * count, Integer.MAX_VALUE);
            }
        }
        return all;
    }

    /** The largest number whose power with exponent {@link #dimensions} does not exceed {@link #entries}. */
    private int root() {
        int root = (int) Math.pow(entries, 1.0 / dimensions) + 1;
        while (Math.pow(root, dimensions) > entries) {
            root--;
        }
        return root;
    }

    private static float unpack(int packed) {
        double mantissa = packed & 0x1FFFFF;
        return (float) Math.scalb(packed < 0 ? -mantissa : mantissa, (packed >>> 21 & 0x3FF) - 788);
    }

    int dimensions() {
        return dimensions;
    }

    /** {@code [entries][dimensions]}; null if there are none. */
    float[] vectors() {
        return vectors;
    }

    /** Decodes the next entry. */
    int decode(PacketBits bits) throws EndOfPacket {
        long window = bits.peek();
        int found = table[(int) window & table.length - 1];
        if (found >= 0) {
            bits.skip(found & 63);
            return found >>> 6;
        }
        int length = tableBits;
        int node = ~found;
        while (true) {
            int child = tree[2 * node + (int) (window >>> length & 1)];
            length++;
            if (child < 0) {
                bits.skip(length);
                return ~child;
            }
            node = child;
        }
    }
}
