package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

/**
 * One pass over up to {@link LookupTables#MAX_TOKENS} tokens of a clip.
 *
 * @param p all prototypes
 * @param x the tokens
 * @param tables of the tokens; null to multiply every token
 * @param winners of this pass and the previous ones
 * @param parts into which the tokens are split
 */
record MatchPass(PrototypeBits p, CenteredTokens x, LookupTables tables, RunningWinners winners, int parts) {
    /** The first tile of a part; tiles have {@link LookupTile#TOKENS} tokens. */
    int tile(int part) {
        return (int) ((long) Math.ceilDiv(x.count(), TOKENS) * part / parts);
    }
}
