package org.unmute.kernels.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of table entries for {@link #TOKENS} tokens and {@link #LANES} prototypes at once. A table is one register of bytes: an
 * entry for each pattern of signs of {@link #GROUP} dims. A prototype's pattern selects from it, in all lanes by one permutation
 * of bytes: 6 dims of 64 prototypes in one instruction, where a product takes 24 multiplications.
 *
 * <p>Entries are at most {@link #MOST}, so that two of them fit a byte. Wider sums without unpacking: of each int lane's bytes
 * b₀ … b₃ one register sums b₀ + 2⁸ b₁ and b₂ + 2⁸ b₃ modulo 2¹⁶ (an addition of shorts), another, after a shift by 8 bits,
 * b₁ + 2⁸ b₂ and b₃. From the last, which is no mixture, the others follow in turn. So a pair of tables takes two permutations
 * and four more instructions.
 *
 * <p>Four tokens, whose tables stay in the first cache (32 KiB at dim 768) while blocks of prototypes pass by: 8 sums, two
 * registers of patterns, no spills.
 */
final class LookupTile {
    static final VectorSpecies<Byte> B = VectorSpecies.of(byte.class, Lanes.SHAPE);
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, Lanes.SHAPE);
    /** Prototypes of a block, and entries of a table. */
    static final int LANES = B.length();
    /** Dims of a table. */
    static final int GROUP = Integer.numberOfTrailingZeros(LANES);
    static final int TOKENS = 4;
    /** The greatest entry. */
    static final int MOST = 126;
    /** With more pairs of tables the sums would not fit 15 bits, however small the entries. */
    static final int MOST_PAIRS = Short.MAX_VALUE / 4;
    private static final VectorSpecies<Integer> I = Lanes.I;

    private LookupTile() {}

    /** Position in a block's register of prototype {@code j}, so that sums come out in order. */
    static int lane(int j) {
        int half = LANES / 2;
        int i = j % half;
        return i / 2 * 4 + i % 2 * 2 + j / half;
    }

    /**
     * The sums of four tokens.
     *
     * @param pairs of tables for each token
     * @param index patterns: a pair's {@code 2 LANES} bytes after the other
     * @param table for each pair, for each token, {@code 2 LANES} bytes
     * @param out for each token {@link #LANES} sums. Modified.
     */
    static void sum(int pairs, byte[] index, int at, byte[] table, int tt, short[] out, int to) {
        ShortVector zero = ShortVector.zero(S);
        ShortVector a0 = zero, b0 = zero;
        ShortVector a1 = zero, b1 = zero;
        ShortVector a2 = zero, b2 = zero;
        ShortVector a3 = zero, b3 = zero;
        for (int g = 0; g < pairs; g++) {
            ByteVector i = ByteVector.fromArray(B, index, at + g * 2 * LANES);
            ByteVector j = ByteVector.fromArray(B, index, at + g * 2 * LANES + LANES);
            int q = tt + g * 2 * LANES * TOKENS;
            ByteVector s0 = pair(i, j, table, q);
            a0 = a0.add(s0.reinterpretAsShorts());
            b0 = b0.add(upper(s0));
            ByteVector s1 = pair(i, j, table, q + 2 * LANES);
            a1 = a1.add(s1.reinterpretAsShorts());
            b1 = b1.add(upper(s1));
            ByteVector s2 = pair(i, j, table, q + 4 * LANES);
            a2 = a2.add(s2.reinterpretAsShorts());
            b2 = b2.add(upper(s2));
            ByteVector s3 = pair(i, j, table, q + 6 * LANES);
            a3 = a3.add(s3.reinterpretAsShorts());
            b3 = b3.add(upper(s3));
        }
        unmix(a0.reinterpretAsInts(), b0.reinterpretAsInts(), out, to);
        unmix(a1.reinterpretAsInts(), b1.reinterpretAsInts(), out, to + LANES);
        unmix(a2.reinterpretAsInts(), b2.reinterpretAsInts(), out, to + 2 * LANES);
        unmix(a3.reinterpretAsInts(), b3.reinterpretAsInts(), out, to + 3 * LANES);
    }

    private static ByteVector pair(ByteVector i, ByteVector j, byte[] table, int at) {
        return i.selectFrom(ByteVector.fromArray(B, table, at)).add(j.selectFrom(ByteVector.fromArray(B, table, at + LANES)));
    }

    private static ShortVector upper(ByteVector s) {
        return s.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).reinterpretAsShorts();
    }

    private static void unmix(IntVector a, IntVector b, short[] out, int to) {
        IntVector s3 = b.lanewise(VectorOperators.LSHR, 16);
        IntVector s2 = a.lanewise(VectorOperators.LSHR, 16).sub(s3.lanewise(VectorOperators.LSHL, 8)).and(0xffff);
        IntVector s1 = b.and(0xffff).sub(s2.lanewise(VectorOperators.LSHL, 8)).and(0xffff);
        IntVector s0 = a.and(0xffff).sub(s1.lanewise(VectorOperators.LSHL, 8)).and(0xffff);
        s0.or(s2.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts().intoArray(out, to);
        s1.or(s3.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts().intoArray(out, to + LANES / 2);
    }
}
