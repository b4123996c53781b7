package org.unmute.kernels.vector.prototype;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Sums of table entries for {@link #TOKENS} tokens and {@link #BLOCKS} blocks of {@link #LANES} prototypes at once. A
 * table is one register of bytes: an entry for each pattern of signs of {@link #GROUP} dims. A prototype's pattern
 * selects from it, in all lanes by one permutation of bytes: 6 dims of 64 prototypes in one instruction, where a
 * product takes 24 multiplications.
 *
 * <p>Entries are at most {@link #MOST}, so that two of them fit a byte. Wider sums without unpacking: of each int
 * lane's bytes b₀ … b₃ one register sums b₀ + 2⁸ b₁ and b₂ + 2⁸ b₃ modulo 2¹⁶ (an addition of shorts), another, after a
 * shift by 8 bits, b₁ + 2⁸ b₂ and b₃. From the last, which is no mixture, the others follow in turn. So a pair of
 * tables takes two permutations and four more instructions.
 *
 * <p>With the sums go the greatest one of each prototype and the first token that has it: both are in registers here,
 * while to look through all sums again takes a tenth of the time.
 *
 * <p>Two tokens and two blocks: a pair's four loads of tables and four of patterns serve eight permutations, and the
 * tables of two tokens (16 KiB at dim 768) stay in the first cache while blocks of prototypes pass by. Four tokens and
 * one block need ten loads, and their tables alone fill a first cache of 32 KiB; more tokens or blocks gain nothing
 * over two (experiment 8). 8 sums, four registers of patterns, no spills.
 */
final class LookupTile {
    static final VectorSpecies<Byte> B = VectorSpecies.of(byte.class, Lanes.SHAPE);
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, Lanes.SHAPE);
    /** Prototypes of a block, and entries of a table. */
    static final int LANES = B.length();
    /** Dims of a table. */
    static final int GROUP = Integer.numberOfTrailingZeros(LANES);

    static final int TOKENS = 2;
    /** Blocks of prototypes at once. */
    static final int BLOCKS = 2;
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
     * The sums of two tokens for two blocks of prototypes.
     *
     * @param pairs of tables for each token
     * @param index patterns of the first block: a pair's {@code 2 LANES} bytes after the other; then those of the
     *     second
     * @param table for each pair, for each token, {@code 2 LANES} bytes
     * @param out for each token {@link #LANES} sums, one token after the other. Modified.
     * @param to where those of the first block go
     * @param to2 where those of the second go
     * @param top greatest sum of each prototype of the blocks so far, raised by these. Modified.
     * @param leader the first token that has it. Modified.
     * @param tops where those of the first block start in both
     * @param token the first of the two
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
            short[] top,
            short[] leader,
            int tops,
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
        // By way of memory: this method is so large that none of our own may be inlined, and vectors that are passed to
        // one become objects.
        a0.intoArray(out, to);
        b0.intoArray(out, to + LANES / 2);
        a1.intoArray(out, to2);
        b1.intoArray(out, to2 + LANES / 2);
        a2.intoArray(out, to + LANES);
        b2.intoArray(out, to + LANES + LANES / 2);
        a3.intoArray(out, to2 + LANES);
        b3.intoArray(out, to2 + LANES + LANES / 2);
        unmix(out, to, top, leader, tops, (short) token);
        unmix(out, to2, top, leader, tops + LANES, (short) token);
        unmix(out, to + LANES, top, leader, tops, (short) (token + 1));
        unmix(out, to2 + LANES, top, leader, tops + LANES, (short) (token + 1));
    }

    /** Both halves alike, without a method for one: it would take a vector. */
    private static void unmix(short[] out, int to, short[] top, short[] leader, int at, short token) {
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
        ShortVector best = ShortVector.fromArray(S, top, at);
        ShortVector.fromArray(S, leader, at)
                .blend(token, sums.compare(VectorOperators.GT, best))
                .intoArray(leader, at);
        best.max(sums).intoArray(top, at);
        sums = s1.or(s3.lanewise(VectorOperators.LSHL, 16)).reinterpretAsShorts();
        sums.intoArray(out, to + LANES / 2);
        best = ShortVector.fromArray(S, top, at + LANES / 2);
        ShortVector.fromArray(S, leader, at + LANES / 2)
                .blend(token, sums.compare(VectorOperators.GT, best))
                .intoArray(leader, at + LANES / 2);
        best.max(sums).intoArray(top, at + LANES / 2);
    }
}
