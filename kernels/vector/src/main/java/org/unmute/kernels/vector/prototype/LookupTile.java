package org.unmute.kernels.vector.prototype;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Adds up table entries for {@link #TOKENS} tokens and {@link #BLOCKS} blocks of {@link #LANES} prototypes (the
 * fast-scan of product quantization). A table is one register of bytes, with an entry for each pattern of signs of
 * {@link #GROUP} dims. One byte permutation looks up the patterns of all lanes: 6 dims of 64 prototypes in one
 * instruction, where a product takes 24 multiplications.
 *
 * <p>Entries are at most {@link #MAX_ENTRY}, so the sum of two fits a byte. Sums widen without unpacking. Of the bytes
 * b₀ … b₃ of an int lane, one register sums b₀ + 2⁸ b₁ and b₂ + 2⁸ b₃ modulo 2¹⁶ (an addition of shorts); another,
 * after a shift by 8 bits, b₁ + 2⁸ b₂ and b₃. b₃ is unmixed, and the others follow from it in turn. So a pair of tables
 * takes two permutations and four other instructions.
 *
 * <p>The largest sum of each prototype and the first token that has it are updated here, where the sums are in
 * registers; another scan of all sums would take a tenth of the time.
 *
 * <p>The tile is two tokens by two blocks: for each pair of tables, four loads of tables and four of patterns serve
 * eight permutations, and the tables of two tokens (16 KiB at dim 768) stay in L1 while blocks of prototypes stream by.
 * Four tokens and one block need ten loads, and their tables alone fill an L1 of 32 KiB; more tokens or blocks gain
 * nothing over two (experiment 8). The eight sums and four registers of patterns cause no spills.
 */
final class LookupTile {
    static final VectorSpecies<Byte> B = VectorSpecies.of(byte.class, Lanes.SHAPE);
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, Lanes.SHAPE);
    /** Prototypes in a block, and entries in a table. */
    static final int LANES = B.length();
    /** Dims in a table. */
    static final int GROUP = Integer.numberOfTrailingZeros(LANES);

    static final int TOKENS = 2;
    /** Blocks of prototypes in a tile. */
    static final int BLOCKS = 2;
    /** The largest entry. */
    static final int MAX_ENTRY = 126;
    /** With more pairs of tables the sums would exceed 15 bits, however small the entries. */
    static final int MAX_PAIRS = Short.MAX_VALUE / 4;

    private static final VectorSpecies<Integer> I = Lanes.I;

    private LookupTile() {}

    /** The lane of prototype {@code j} in the register of its block, chosen so that sums come out in order. */
    static int lane(int j) {
        int half = LANES / 2;
        int i = j % half;
        return i / 2 * 4 + i % 2 * 2 + j / half;
    }

    /**
     * Computes the sums of two tokens for two blocks of prototypes.
     *
     * @param pairs of tables per token
     * @param index patterns of the first block, {@code 2 LANES} bytes per pair; then those of the second
     * @param table {@code 2 LANES} bytes for each token of each pair
     * @param out {@link #LANES} sums per token. Modified.
     * @param to where the sums of the first block go
     * @param to2 where the sums of the second block go
     * @param max the largest sum of each prototype so far. Modified.
     * @param leader the first token with that sum. Modified.
     * @param first where the first block starts in {@code max} and {@code leader}
     * @param token the first of the two tokens
     */
    static void sum(
            int pairs,
            byte[] index,
            int at,
            byte[] table,
            int tt,
            short[] out,
            int to,
            int to2,
            short[] max,
            short[] leader,
            int first,
            int token) {
        ShortVector zero = ShortVector.zero(S);
        ShortVector a0 = zero, b0 = zero;
        ShortVector a1 = zero, b1 = zero;
        ShortVector a2 = zero, b2 = zero;
        ShortVector a3 = zero, b3 = zero;
        int second = at + pairs * 2 * LANES;
        for (int g = 0; g < pairs; g++) {
            int p = at + g * 2 * LANES;
            ByteVector i = ByteVector.fromArray(B, index, p);
            ByteVector j = ByteVector.fromArray(B, index, p + LANES);
            int r = second + g * 2 * LANES;
            ByteVector k = ByteVector.fromArray(B, index, r);
            ByteVector l = ByteVector.fromArray(B, index, r + LANES);
            int q = tt + g * 2 * LANES * TOKENS;
            ByteVector u = ByteVector.fromArray(B, table, q);
            ByteVector v = ByteVector.fromArray(B, table, q + LANES);
            ByteVector s0 = i.selectFrom(u).add(j.selectFrom(v));
            a0 = a0.add(s0.reinterpretAsShorts());
            b0 = b0.add(s0.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).reinterpretAsShorts());
            ByteVector s1 = k.selectFrom(u).add(l.selectFrom(v));
            a1 = a1.add(s1.reinterpretAsShorts());
            b1 = b1.add(s1.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).reinterpretAsShorts());
            ByteVector w = ByteVector.fromArray(B, table, q + 2 * LANES);
            ByteVector x = ByteVector.fromArray(B, table, q + 3 * LANES);
            ByteVector s2 = i.selectFrom(w).add(j.selectFrom(x));
            a2 = a2.add(s2.reinterpretAsShorts());
            b2 = b2.add(s2.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).reinterpretAsShorts());
            ByteVector s3 = k.selectFrom(w).add(l.selectFrom(x));
            a3 = a3.add(s3.reinterpretAsShorts());
            b3 = b3.add(s3.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).reinterpretAsShorts());
        }
        // Through memory: in a method this large the compiler inlines no method of this project, and boxes vectors
        // passed to one.
        a0.intoArray(out, to);
        b0.intoArray(out, to + LANES / 2);
        a1.intoArray(out, to2);
        b1.intoArray(out, to2 + LANES / 2);
        a2.intoArray(out, to + LANES);
        b2.intoArray(out, to + LANES + LANES / 2);
        a3.intoArray(out, to2 + LANES);
        b3.intoArray(out, to2 + LANES + LANES / 2);
        unmix(out, to, max, leader, first, (short) token);
        unmix(out, to2, max, leader, first + LANES, (short) token);
        unmix(out, to + LANES, max, leader, first, (short) (token + 1));
        unmix(out, to2 + LANES, max, leader, first + LANES, (short) (token + 1));
    }

    /** Treats both halves alike, without a method for one half, which would take a vector as a parameter. */
    private static void unmix(short[] out, int to, short[] max, short[] leader, int at, short token) {
        IntVector a = ShortVector.fromArray(S, out, to).reinterpretAsInts();
        IntVector b = ShortVector.fromArray(S, out, to + LANES / 2).reinterpretAsInts();
        IntVector s3 = b.lanewise(VectorOperators.LSHR, 16);
        IntVector s2 = a.lanewise(VectorOperators.LSHR, 16)
                .sub(s3.lanewise(VectorOperators.LSHL, 8))
                .and(0xffff);
        IntVector s1 = b.and(0xffff).sub(s2.lanewise(VectorOperators.LSHL, 8)).and(0xffff);
        IntVector s0 = a.and(0xffff).sub(s1.lanewise(VectorOperators.LSHL, 8)).and(0xffff);
        ShortVector sums = s0.or(s2.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts();
        sums.intoArray(out, to);
        ShortVector best = ShortVector.fromArray(S, max, at);
        ShortVector.fromArray(S, leader, at)
                .blend(token, sums.compare(VectorOperators.GT, best))
                .intoArray(leader, at);
        best.max(sums).intoArray(max, at);
        sums = s1.or(s3.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts();
        sums.intoArray(out, to + LANES / 2);
        best = ShortVector.fromArray(S, max, at + LANES / 2);
        ShortVector.fromArray(S, leader, at + LANES / 2)
                .blend(token, sums.compare(VectorOperators.GT, best))
                .intoArray(leader, at + LANES / 2);
        best.max(sums).intoArray(max, at + LANES / 2);
    }
}
