package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;

/**
 * Finds the winner of each binarized prototype in each of many groups of tokens, and its cosine: the rows of a token
 * map, or the tokens inside and outside of boxes. The package description explains the tables; here each has a second,
 * fine one of what rounding took from the first, so that the sums alone identify the winner of 98 % of groups of eight
 * tokens. Where the two best sums are too close their products are compared in float64; where the third is, too, those
 * of all tokens. So the winners are those of {@link BinaryMatch}, the first token on ties.
 *
 * <p>Table sums are made once for each token, however many groups it is in: tokens that are in the same groups are a
 * <i>part</i>, groups are made of parts.
 *
 * <p>Memory: 13 KB for each token at dim 768, for as many tokens as are matched at a time, some 20 KB for each part and
 * 8 KB for each group with several parts, on each thread.
 */
final class GroupMatch {
    /** With fewer prototypes or tokens the tables cost more than they save. */
    private static final int MIN_PROTOTYPES = 32;

    private static final int MIN_TOKENS = 16;

    private final WorkerPool pool;
    private final ArrayPool scratch;
    private final WorkspacePool<Work> works = new WorkspacePool<>(Work::new);

    GroupMatch(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /**
     * Groups of tokens as sets of disjoint parts.
     *
     * @param members the tokens of each group, ascending
     * @param parts the tokens of each part, ascending
     * @param groups the parts of each group; null if each part is a group
     */
    record Groups(int[][] members, int[][] parts, int[][] groups) {
        /** Each {@code each} tokens in a row. */
        static Groups ofRows(int count, int each) {
            int[][] rows = new int[count][each];
            for (int i = 0; i < count * each; i++) {
                rows[i / each][i % each] = i;
            }
            return new Groups(rows, rows, null);
        }

        /** Any groups of the tokens of a clip. */
        static Groups of(int[][] members, int tokens) {
            // Each group splits every cell in what is in it and what is not; 0 is the cell of tokens in no group.
            int[] cell = new int[tokens];
            int cells = 1;
            for (int[] group : members) {
                Map<Integer, Integer> inside = new HashMap<>();
                for (int token : group) {
                    int next = cells + inside.size();
                    cell[token] = inside.computeIfAbsent(cell[token], _ -> next);
                }
                cells += inside.size();
            }
            Map<Integer, List<Integer>> own = new TreeMap<>();
            for (int i = 0; i < tokens; i++) {
                own.computeIfAbsent(cell[i], _ -> new ArrayList<>()).add(i);
            }
            own.remove(0);
            List<Integer> number = List.copyOf(own.keySet());
            int[][] parts = own.values().stream()
                    .map(list -> list.stream().mapToInt(i -> i).toArray())
                    .toArray(int[][]::new);
            int[][] groups = Arrays.stream(members)
                    .map(group -> Arrays.stream(group)
                            .map(i -> Collections.binarySearch(number, cell[i]))
                            .distinct()
                            .toArray())
                    .toArray(int[][]::new);
            return new Groups(members, parts, groups);
        }

        int count() {
            return members.length;
        }

        /** The place of each token in a group. */
        int[] places(int group, int tokens) {
            int[] place = new int[tokens];
            for (int i = 0; i < members[group].length; i++) {
                place[members[group][i]] = i;
            }
            return place;
        }
    }

    /** Takes winners and cosines of a group. */
    @FunctionalInterface
    interface Result {
        /**
         * @param first the first prototype
         * @param token the winners of {@code count} prototypes
         */
        void accept(int group, int first, int count, int[] token, float[] cosine);
    }

    /** Whether this many prototypes and tokens are worth it. */
    static boolean pays(int prototypes, int tokens) {
        return prototypes >= MIN_PROTOTYPES && tokens >= MIN_TOKENS;
    }

    /**
     * Matches all prototypes. Results of different prototypes may come from different threads.
     *
     * @param norms of the tokens, all finite
     * @return whether it did; not if the tokens are too close to each other or have too many dims
     */
    boolean match(PrototypeBits p, DenseRows t, TokenNorms norms, Groups groups, Result result) {
        int[] firstEqual = t.firstEqual(norms.exact(), 0, t.rows());
        int[] start = new int[groups.parts().length];
        int[] count = new int[start.length];
        CenteredTokens x = CenteredTokens.of(
                pool, scratch, t, norms.exact(), norms.middle(), order(groups, firstEqual, start, count));
        LookupTables tables = LookupTables.fine(pool, scratch, x);
        if (tables == null) {
            x.release(scratch);
            return false;
        }
        FixedPointRows fixed = FixedPointRows.of(pool, scratch, t, norms.exact(), norms.norm(), x);
        int perTask = Math.clamp(
                Lanes.roundUp(Math.ceilDiv(p.blocks(), 2 * pool.threads()), LookupTile.BLOCKS),
                LookupTile.BLOCKS,
                GroupSearch.BLOCKS);
        Job job = new Job(p, t, norms, groups, firstEqual, start, count, x, tables, fixed, result);
        pool.run(
                Math.ceilDiv(p.blocks(), perTask),
                works.with(
                        (work, task) -> work.run(job, task * perTask, Math.min(perTask, p.blocks() - task * perTask))));
        fixed.release(scratch);
        tables.release(scratch);
        x.release(scratch);
        return true;
    }

    /**
     * The tokens of all parts, without those that equal an earlier one of their part, as they would lose the tie. An
     * odd last one of a part is repeated to complete its tile.
     */
    private static int[] order(Groups groups, int[] firstEqual, int[] start, int[] count) {
        int most = 0;
        for (int[] part : groups.parts()) {
            most += Lanes.roundUp(part.length, TOKENS);
        }
        int[] order = new int[most];
        int[] seen = new int[firstEqual.length];
        int n = 0;
        for (int i = 0; i < start.length; i++) {
            start[i] = n;
            for (int token : groups.parts()[i]) {
                if (seen[firstEqual[token]] != i + 1) {
                    seen[firstEqual[token]] = i + 1;
                    order[n++] = token;
                }
            }
            count[i] = n - start[i];
            if (count[i] % TOKENS != 0) {
                order[n] = order[n - 1];
                n++;
            }
        }
        return Arrays.copyOf(order, n);
    }

    /** What all tasks of a call share. */
    private record Job(
            PrototypeBits p,
            DenseRows t,
            TokenNorms norms,
            Groups groups,
            int[] firstEqual,
            int[] start,
            int[] count,
            CenteredTokens x,
            LookupTables tables,
            FixedPointRows fixed,
            Result result) {
        /** The product of a token, given by its place in the order of parts, in float64. */
        double product(int place, int prototype) {
            int token = x.original(place);
            return SignedProducts.inDouble(t.data(), t.start()[token], p.dim(), p.signs(), p.signs(prototype))
                    / norms.exact()[token];
        }
    }

    /** One task at a time. */
    private static final class Work {
        private final GroupSearch search = new GroupSearch();
        private final CompensatedCosine compensated = new CompensatedCosine();
        /** The place of each winner in the order of parts. */
        private final int[] place = new int[GroupSearch.PROTOTYPES];

        private final int[] token = new int[GroupSearch.PROTOTYPES];
        private final float[] cosine = new float[GroupSearch.PROTOTYPES];
        private int[] head = {};
        /** Prototypes by the place of their winner, and where their signs start. */
        private final int[] sorted = new int[GroupSearch.PROTOTYPES];

        private final int[] signs = new int[GroupSearch.PROTOTYPES + FixedPointRows.BATCH];
        private final int[] negative = new int[2 * FixedPointRows.BATCH];
        /** Winners and cosines of the groups before, where groups have tokens in common. */
        private int[][] earlierPlace = {};

        private float[][] earlierCosine = {};
        private Job job;
        private int first;
        private int prototypes;

        void run(Job job, int block, int blocks) {
            this.job = job;
            first = block * LANES;
            prototypes = Math.min(job.p.count(), (block + blocks) * LANES) - first;
            head = head.length < job.x.count() + 1 ? new int[job.x.count() + 1] : head;
            if (job.groups.groups() == null) {
                search.reserve(1);
                for (int part = 0; part < job.start.length; part++) {
                    add(part, 0, block, blocks);
                    decide(0, part, new int[] {part});
                    int from = job.start[part];
                    cosines(from, from + job.count[part], 0);
                    report(part);
                }
            } else {
                overlapping(block, blocks);
            }
            this.job = null;
        }

        private void overlapping(int block, int blocks) {
            int parts = job.start.length;
            search.reserve(parts + 1);
            for (int part = 0; part < parts; part++) {
                add(part, part, block, blocks);
            }
            int groups = job.groups.count();
            if (earlierPlace.length < groups) {
                earlierPlace = new int[groups][GroupSearch.PROTOTYPES];
                earlierCosine = new float[groups][GroupSearch.PROTOTYPES];
            }
            for (int group = 0; group < groups; group++) {
                search.clear(parts);
                for (int part : job.groups.groups()[group]) {
                    search.merge(part, parts, blocks);
                }
                decide(parts, group, job.groups.groups()[group]);
                cosines(0, job.x.count(), group);
                System.arraycopy(place, 0, earlierPlace[group], 0, prototypes);
                System.arraycopy(cosine, 0, earlierCosine[group], 0, prototypes);
                report(group);
            }
        }

        private void add(int part, int at, int block, int blocks) {
            search.clear(at);
            search.add(at, job.p, job.tables, job.start[part], job.count[part], block, blocks);
        }

        /** Finds the winners from sums, and from products where sums are too close. */
        private void decide(int at, int group, int[] parts) {
            int margin = job.tables.fineMargin();
            for (int i = 0; i < prototypes; i++) {
                place[i] = search.best(at, i);
            }
            for (int i = 0; i < prototypes; i += N) {
                for (long lanes = search.undecided(at, i, margin); lanes != 0; lanes &= lanes - 1) {
                    int j = i + Long.numberOfTrailingZeros(lanes);
                    if (j < prototypes) {
                        place[j] = search.isThirdPossible(at, j, margin)
                                ? bestOf(parts, j)
                                : better(search.best(at, j), Double.NaN, search.second(at, j), first + j);
                    }
                }
            }
        }

        /** The winner of two. */
        private int better(int a, double productOfA, int b, int prototype) {
            if (job.firstEqual[job.x.original(a)] == job.firstEqual[job.x.original(b)]) {
                return job.x.original(a) < job.x.original(b) ? a : b;
            }
            double difference =
                    (Double.isNaN(productOfA) ? job.product(a, prototype) : productOfA) - job.product(b, prototype);
            return difference > 0 || difference == 0 && job.x.original(a) < job.x.original(b) ? a : b;
        }

        private int bestOf(int[] parts, int i) {
            int best = -1;
            double product = Double.NaN;
            for (int part : parts) {
                for (int b = job.start[part]; b < job.start[part] + job.count[part]; b++) {
                    if (best < 0 || better(best, product, b, first + i) == b) {
                        best = b;
                        product = job.product(b, first + i);
                    }
                }
            }
            return best;
        }

        /**
         * Computes the cosines of all winners, token by token.
         *
         * @param from the first place that a winner may have
         * @param to the end of these places
         * @param earlier groups before, whose cosines count
         */
        private void cosines(int from, int to, int earlier) {
            Arrays.fill(head, from, to + 1, 0);
            int count = 0;
            for (int i = 0; i < prototypes; i++) {
                if (!isKnown(i, earlier)) {
                    head[place[i] + 1]++;
                    count++;
                }
            }
            for (int n = from + 1; n <= to; n++) {
                head[n] += head[n - 1];
            }
            for (int i = 0; i < prototypes; i++) {
                if (token[i] < 0) {
                    int at = head[place[i]]++;
                    sorted[at] = i;
                    signs[at] = job.p.signs(first + i);
                }
            }
            Arrays.fill(signs, count, count + FixedPointRows.BATCH, 0);
            for (int at = 0; at < count; ) {
                int row = place[sorted[at]];
                int end = Math.min(head[row], at + FixedPointRows.BATCH);
                batch(row, at, end);
                at = end;
            }
        }

        /** Takes the cosine from an earlier group with the same winner. Marks others by a token of -1. */
        private boolean isKnown(int i, int earlier) {
            for (int g = 0; g < earlier; g++) {
                if (earlierPlace[g][i] == place[i]) {
                    cosine[i] = earlierCosine[g][i];
                    token[i] = 0;
                    return true;
                }
            }
            token[i] = -1;
            return false;
        }

        private void batch(int row, int at, int end) {
            job.fixed.negative(row, job.p.signs(), signs, at, negative);
            for (int k = at; k < end; k++) {
                int i = sorted[k];
                float found = job.fixed.cosine(row, negative[k - at], negative[k - at + FixedPointRows.BATCH]);
                cosine[i] = Float.isNaN(found) ? compensated(job.x.original(row), first + i) : found;
            }
        }

        private float compensated(int w, int prototype) {
            if (Float.isNaN(job.norms.norm()[w])) {
                return (float) job.norms.cosine(job.t, w, job.p, prototype);
            }
            compensated.begin(job.p.dim());
            compensated.setNorm(0, job.norms.norm()[w], job.norms.normLow()[w]);
            compensated.addSigned(0, job.t.data(), job.t.start()[w], job.p.signs(), job.p.signs(prototype));
            compensated.add(1);
            return compensated.cosines(1)[0];
        }

        private void report(int group) {
            for (int i = 0; i < prototypes; i++) {
                token[i] = job.x.original(place[i]);
                if (job.p.nonFinite(first + i)) {
                    cosine[i] = Float.NaN;
                    token[i] = -1;
                }
            }
            job.result.accept(group, first, prototypes, token, cosine);
        }
    }
}
