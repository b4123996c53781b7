package org.unmute.tensor.op;

import java.util.Arrays;
import org.unmute.tensor.Shape;

/**
 * Groups of tokens of the clips of a batch, such as those inside a box and those outside of every box. A clip may have
 * any number of groups, none included, and they may have tokens in common; tokens that are in no group, such as
 * padding, are left out.
 *
 * <p>Groups that are equally many consecutive tokens, such as the rows of a token map, need none of this: reshaped to
 * {@code [batch * rows, tokens of a row, dim]} they are separate clips.
 */
public final class TokenGroups {
    private final int[] clip;
    private final int[][] tokens;

    private TokenGroups(int[] clip, int[][] tokens) {
        this.clip = clip;
        this.tokens = tokens;
    }

    /**
     * Groups of the clips of a batch.
     *
     * @param clip the clip of each group, in ascending order
     * @param tokens the tokens of each group, in ascending order. The arrays are not copied and must not be modified.
     * @throws IllegalArgumentException if clips or tokens are not in order, a token occurs twice in a group, or a group
     *     is empty: a maximum over nothing does not exist
     */
    public static TokenGroups of(int[] clip, int[][] tokens) {
        if (clip.length != tokens.length) {
            throw new IllegalArgumentException(
                    "token groups: " + tokens.length + " groups, but the clips of " + clip.length);
        }
        for (int g = 0; g < clip.length; g++) {
            if (clip[g] < (g == 0 ? 0 : clip[g - 1])) {
                throw new IllegalArgumentException("token groups: group " + g + " is of clip " + clip[g]
                        + (g == 0 ? "" : ", the one before of clip " + clip[g - 1]) + ": order them by clip");
            }
            if (tokens[g].length == 0) {
                throw new IllegalArgumentException(
                        "token groups: group " + g + " of clip " + clip[g] + " has no token: leave it out");
            }
            for (int i = 0; i < tokens[g].length; i++) {
                if (tokens[g][i] < 0 || i > 0 && tokens[g][i] <= tokens[g][i - 1]) {
                    throw new IllegalArgumentException("token groups: group " + g + " has token " + tokens[g][i]
                            + (i == 0 ? "" : " after " + tokens[g][i - 1])
                            + ": list each token once, in ascending order from 0 on");
                }
            }
        }
        return new TokenGroups(clip.clone(), tokens.clone());
    }

    /** Number of groups. */
    public int count() {
        return clip.length;
    }

    /** The clip of a group. */
    public int clip(int group) {
        return clip[group];
    }

    /** The tokens of a group, ascending. Must not be modified. */
    public int[] tokens(int group) {
        return tokens[group];
    }

    /** The first group of this clip or a later one; {@link #count()} if there is none. */
    public int firstOf(int clip) {
        int at = Arrays.binarySearch(this.clip, clip);
        if (at < 0) {
            return -at - 1;
        }
        while (at > 0 && this.clip[at - 1] == clip) {
            at--;
        }
        return at;
    }

    /** @throws IllegalArgumentException if a group has a clip or token that these lack, {@code [batch, tokens, dim]} */
    void requireFit(String op, Shape of) {
        for (int g = 0; g < clip.length; g++) {
            int last = tokens[g][tokens[g].length - 1];
            if (clip[g] >= of.size(0) || last >= of.size(1)) {
                throw new IllegalArgumentException(op + ": group " + g + " has token " + last + " of clip " + clip[g]
                        + ", tokens are " + of + ": make the groups for this batch");
            }
        }
    }
}
