/**
 * Prototype max pooling: finds the token with the largest cosine for each prototype. {@link
 * org.unmute.kernels.vector.prototype.PrototypeKernel} uses the prototypes themselves, with a float32 product; the rest
 * of the package uses only their signs, and finds the same winner that float64 products would.
 *
 * <h2>Problem</h2>
 *
 * A clip has n tokens x, the rows of X {@code [n, d]}. The j prototypes p are the rows of P {@code [j, d]}.
 * Binarization keeps the signs s ∈ {−1, 1}<sup>d</sup> of a prototype: −1 where p is negative, otherwise 1 (zero counts
 * as positive). As ‖s‖ = √d, the cosine of a token and a binarized prototype is
 *
 * <pre>    cos(x, s) = s·u / √d    with u = x / ‖x‖</pre>
 *
 * The task is to find the winner {@code argmax_i s·u_i} of each prototype, where u_i is the u of token i, and its
 * cosine. On ties the first token wins. √d is the same for all tokens, so only the products s·u matter. Computed
 * directly they cost n j d multiplications. Most of them are unnecessary: a product that is far from winning need not
 * be known exactly. (A ‖x‖ below 10⁻¹² counts as 10⁻¹². Clips and prototypes with a NaN or an infinity are handled
 * beforehand: their cosines are NaN.)
 *
 * <h2>Stages</h2>
 *
 * <b>Preparation.</b> In each dim, let c be halfway between the smallest and the largest u of the clip. Tokens are
 * centered to {@code y = u − c} and rounded to float32 ({@link org.unmute.kernels.vector.prototype.CenteredTokens}).
 * Apart from this rounding s·u = s·y + s·c. As s·c is the same for all tokens, the largest s·y wins too, and the common
 * part of the tokens no longer uses up precision. Of tokens x that are equal bit for bit only the first is kept ({@link
 * org.unmute.kernels.vector.prototype.DenseRows}).
 *
 * <p>Two bounds follow from IEEE rounding. T is the largest Σ|y| of any token, summed over all dims:
 *
 * <pre>
 *    (1)  |s·y − (s·u − s·c)| ≤ ε      ε = 1.01 · 2⁻²⁴ T, plus tiny terms for denormals and float64
 *    (2)  |q − s·y| ≤ δ                δ = 1.01 · 2⁻²⁴ k T
 * </pre>
 *
 * q is the product s·y computed in float32, and k is the number of additions that a term takes part in. q is added up
 * in parallel lanes, so k is far below d (29 for d = 768 with vectors of 512 bits). 1.01 covers second-order terms.
 * With E = δ + ε, a product q is therefore within E of the true value s·u − s·c.
 *
 * <p><b>Stage 1, table sums</b> ({@link org.unmute.kernels.vector.prototype.LookupTables}, {@link
 * org.unmute.kernels.vector.prototype.LookupTile}, {@link org.unmute.kernels.vector.prototype.SumSearch}). As in the
 * fast-scan of product quantization, dims are split into G groups of g (g = 6, 5, 4 with vectors of 512, 256, 128
 * bits). Groups are handled in pairs, so G is even; the dims are padded with zeros. For each token and group a table
 * holds an entry for each of the 2<sup>g</sup> patterns of signs:
 *
 * <pre>    entry = m + round(α Σ ±y)    over the dims of the group</pre>
 *
 * with the scale α = (m + 0.45) / (the largest Σ|y| of any token in any group). No |α Σ ±y| is then above m + 0.45, so
 * entries are whole numbers from 0 to 2 m. The center m is 63, so that two entries add up within a byte, or less where
 * the sum over very many groups would exceed 15 bits. The signs of a prototype ({@link
 * org.unmute.kernels.vector.prototype.PrototypeBits}) select one entry in each group; a byte permutation does so for
 * 2<sup>g</sup> prototypes at once. Rounding changes an entry by at most ½, and the float32 arithmetic before it by
 * less than 10⁻⁴. So for the sum S of a token's G entries
 *
 * <pre>    (3)  |S − (G m + α s·y)| ≤ G (½ + 10⁻⁴)</pre>
 *
 * <p>The token with the largest sum, the first one on ties, is the <i>leader</i>. Its float32 product q is computed
 * first. By (1) and (2) the leader's true value is at least q − E. A token that wins has at least this true value, so
 * by (1) its s·y is at least q − E − ε, and by (3)
 *
 * <pre>    (4)  S ≥ G m + α (q − E − ε) − G (½ + 10⁻⁴)</pre>
 *
 * Tokens with smaller sums are discarded. Four of 512 random tokens remain.
 *
 * <p><b>Stage 2, float32 products</b> ({@link org.unmute.kernels.vector.prototype.CandidateList}). The products q of
 * all remaining candidates are computed. Let q* be the largest. Its true value is at least q* − E, and a candidate's
 * true value is at most q + E. So a winner has
 *
 * <pre>    (5)  q ≥ q* − 2 E</pre>
 *
 * Usually one candidate is left, which is the winner.
 *
 * <p><b>Stage 3, exact decision</b> ({@link org.unmute.kernels.vector.prototype.ExactDecision}). If several are left,
 * their s·x / ‖x‖ are compared in float64. Equal values are a tie: the first token wins. "Exact" means as far as
 * float64 can tell.
 *
 * <p>Tables do not pay for few tokens or prototypes: stage 1 is then skipped, and all tokens are candidates.
 *
 * <p>{@link org.unmute.kernels.vector.prototype.CandidateFilter} runs the stages; {@link
 * org.unmute.kernels.vector.prototype.BinaryMatch} splits a clip into passes of 512 tokens, each with its own T and α,
 * and passes into tasks; {@link org.unmute.kernels.vector.prototype.RunningWinners} carries winners from pass to pass,
 * where a known q serves in (4) and (5) like that of a leader, with the largest E so far. The winner's cosine is then
 * computed with compensated sums ({@link org.unmute.kernels.vector.prototype.CompensatedCosine}) and rounded once.
 * {@link org.unmute.kernels.vector.prototype.BinaryPrototypeKernel} combines these classes and computes the gradient.
 *
 * <h2>Groups</h2>
 *
 * Where a clip has many small groups of tokens, each with its own winner, four candidates of each would be too many.
 * {@link org.unmute.kernels.vector.prototype.GroupMatch} therefore takes two tables for each group of dims: the second
 * has {@code m + round((2 m - 1) r)}, where r is what rounding took from the entry of the first. With the sums S and S'
 * of both, {@code (2 m - 1) S + S'} differs for two tokens as s·y does, in units that are 125 times as fine, up to
 * {@link org.unmute.kernels.vector.prototype.LookupTables#fineMargin}. {@link
 * org.unmute.kernels.vector.prototype.FixedPointRows} computes the many cosines, {@link
 * org.unmute.kernels.vector.prototype.GroupGradient} the gradient.
 *
 * <h2>Example</h2>
 *
 * d = 6 and one prototype p = (0.3, −1.2, 0.8, 0.1, −0.4, 2.0), so s = (+, −, +, +, −, +). Five tokens (so few would
 * skip stage 1, which is shown all the same):
 *
 * <pre>
 *    i   x                               ‖x‖   u                                          s·u
 *    0   ( −6,   5,  −3, −2,  1,  5)      10   (−0.6,    0.5,  −0.3,  −0.2,    0.1,   0.5)   −1.2
 *    1   ( 27, −15,  14,  5, −5, 20)      40   ( 0.675, −0.375, 0.35,  0.125, −0.125, 0.5)    2.15
 *    2   (  6,  −5,   3,  2, −1,  5)      10   ( 0.6,   −0.5,   0.3,   0.2,   −0.1,   0.5)    2.2
 *    3   ( 12, −10,   6,  4, −2, 10)      20   ( 0.6,   −0.5,   0.3,   0.2,   −0.1,   0.5)    2.2
 *    4   (−27,  15, −14, −5,  5, 20)      40   (−0.675,  0.375, −0.35, −0.125, 0.125, 0.5)   −1.15
 * </pre>
 *
 * The range of each of the first five dims is symmetric, the last dim is always 0.5: c = (0, 0, 0, 0, 0, 0.5). So y is
 * u with 0 as its last entry, s·c = 0.5, and s·y = −1.7, 1.65, 1.7, 1.7, −1.65.
 *
 * <p>Groups of g = 5 dims: the first five, and the last with y = 0. The largest Σ|y| of a group is 1.7, so α = 63.45
 * / 1.7 = 37.32. The second group's entry is always 63. The first group's entries are
 *
 * <pre>
 *    token 0: 63 + round(−63.45) = 0      S =   0 + 63 =  63
 *    token 1: 63 + round( 61.58) = 125    S = 125 + 63 = 188
 *    token 2: 63 + round( 63.45) = 126    S = 126 + 63 = 189    the leader: the first of the largest sums
 *    token 3: 63 + round( 63.45) = 126    S = 126 + 63 = 189
 *    token 4: 63 + round(−61.58) = 1      S =   1 + 63 =  64
 * </pre>
 *
 * The leader's product is q = 1.7. E and ε are below 10⁻⁶ and do not show in these digits. By (4) a winner has S
 * ≥ 2 · 63 + 63.45 − 2 · 0.5001 = 188.45. The code rounds the bound down, to be safe: with S ≥ 188, tokens 1, 2
 * and 3 remain. Their products are 1.65, 1.7 and 1.7; by (5) token 1 is out. In float64, token 2 has 22 / 10 and token
 * 3 has 44 / 20, a tie: token 2 wins. Its cosine is 2.2 / √6 = 0.8981.
 *
 * <p>With g = 6 there is one group of six dims and an empty one, and all numbers are the same. {@code
 * WorkedExampleTest} computes them with the classes named here.
 */
package org.unmute.kernels.vector.prototype;
