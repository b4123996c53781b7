package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

/**
 * One task of a pass: a range of its tokens with a range of its prototypes. Methods count both from the start of the
 * range.
 */
record MatchTask(Pass pass, int part, int firstToken, int tokens, int firstPrototype, int prototypes) {
    /**
     * One pass over up to {@link LookupTables#MAX_TOKENS} tokens of a clip.
     *
     * @param p all prototypes
     * @param x the tokens
     * @param tables of the tokens; null to multiply every token
     * @param winners of this pass and the previous ones
     * @param parts into which the tokens are split
     */
    record Pass(PrototypeBits p, CenteredTokens x, LookupTables tables, RunningWinners winners, int parts) {
        /** The first tile of a part; tiles have {@link LookupTile#TOKENS} tokens. */
        int tile(int part) {
            return (int) ((long) Math.ceilDiv(x.count(), TOKENS) * part / parts);
        }
    }

    /** Where the signs of the prototype start in {@link PrototypeBits#signs()}. */
    int signs(int prototype) {
        return pass.p().signs(firstPrototype + prototype);
    }

    /** Where the row of the token starts in {@link CenteredTokens#data}. */
    int row(int token) {
        return pass.x().at(firstToken + token);
    }

    /** The product of the winner so far, minus infinity if there is none. */
    float winningProduct(int prototype) {
        return pass.winners().product(part, firstPrototype + prototype);
    }

    /** The smallest table sum of a token that can win if some token has this product. */
    short minSum(float product) {
        return product == Float.NEGATIVE_INFINITY
                ? 0
                : pass.tables().minSum(product, pass.winners().error());
    }

    /** The product in float64. */
    double exact(int token, int prototype) {
        return pass.winners().exact(pass.x().original(firstToken + token), firstPrototype + prototype);
    }

    void offer(int prototype, int token, float product, double exact) {
        pass.winners().offer(part, firstPrototype + prototype, pass.x().original(firstToken + token), product, exact);
    }
}
