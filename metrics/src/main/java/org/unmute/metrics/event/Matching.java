package org.unmute.metrics.event;

import java.util.Arrays;

/** Maximum bipartite matching by augmenting paths. Paths are kept in arrays, since they may be as long as the file. */
final class Matching {
    private final int[][] candidates;
    private final int[] owner;
    private final int[] visited;
    private final int[] path;
    private final int[] next;

    private Matching(int[][] candidates, int right) {
        this.candidates = candidates;
        owner = new int[right];
        visited = new int[right];
        path = new int[candidates.length + 1];
        next = new int[candidates.length];
        Arrays.fill(owner, -1);
    }

    /**
     * @param candidates the right nodes that each left node may be matched with
     * @param right      number of right nodes
     * @return the right node of each left node, or -1
     */
    static int[] maximum(int[][] candidates, int right) {
        Matching m = new Matching(candidates, right);
        for (int left = 0; left < candidates.length; left++) {
            m.augment(left);
        }
        int[] match = new int[candidates.length];
        Arrays.fill(match, -1);
        for (int r = 0; r < right; r++) {
            if (m.owner[r] >= 0) {
                match[m.owner[r]] = r;
            }
        }
        return match;
    }

    /**
     * Depth-first search for a free right node; along the path found, each left node takes the right node that it tried
     * last.
     */
    private void augment(int root) {
        int depth = 0;
        path[0] = root;
        next[root] = 0;
        while (depth >= 0) {
            int left = path[depth];
            if (next[left] == candidates[left].length) {
                depth--;
                continue;
            }
            int r = candidates[left][next[left]++];
            if (visited[r] == root + 1) {
                continue;
            }
            visited[r] = root + 1;
            if (owner[r] < 0) {
                for (; depth >= 0; depth--) {
                    int taker = path[depth];
                    owner[candidates[taker][next[taker] - 1]] = taker;
                }
                return;
            }
            path[++depth] = owner[r];
            next[owner[r]] = 0;
        }
    }
}
