package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Compares winners of binarized matching with exact arithmetic, whereas {@link PrototypeContract} only requires what
 * float64 can tell apart. Tokens are random or adversarial, with near-ties and ties, of which the first token wins. The
 * system property {@value #PAIRS} sets the number of pairs of a token and a prototype.
 */
public abstract class WinnersContract extends Contract {
    /** System property: number of pairs, 400,000 by default. */
    public static final String PAIRS = "unmute.pairs";

    /** Tokens, prototypes and dim of a clip. */
    private static final int[][] CLIPS = {{200, 48, 768}, {65, 300, 100}, {130, 70, 33}, {512, 12, 384}, {33, 20, 1100}
    };

    /** For the tests of a backend. */
    protected WinnersContract() {}

    /** Tests equally many pairs of each kind. */
    @TestFactory
    final Stream<DynamicTest> binaryWinnersAreExact() {
        long each = Long.getLong(PAIRS, 400_000) / NearTies.values().length;
        return each(NearTies.values(), kind -> {
            SplittableRandom random = new SplittableRandom(kind.ordinal());
            long pairs = 0;
            for (int i = 0; pairs < each; i++) {
                int[] s = CLIPS[(i + kind.ordinal()) % CLIPS.length];
                check(kind, 1, s[0], s[1], s[2], random);
                pairs += (long) s[0] * s[1];
            }
        });
    }

    /** Tests enough clips for kernels of large batches. Every 21st clip is compared. */
    @TestFactory
    final Stream<DynamicTest> binaryWinnersOfLargeBatchesAreExact() {
        NearTies[] kinds = {NearTies.LAST_BITS, NearTies.TIES, NearTies.CONSTANT};
        return each(kinds, kind -> check(kind, 64, 66, 129, 70, new SplittableRandom(kind.ordinal() + 100)));
    }

    private void check(NearTies kind, int clips, int count, int prototypes, int dim, SplittableRandom random) {
        float[][] clip = new float[clips][count * dim];
        float[] all = new float[clips * count * dim];
        for (int c = 0; c < clips; c++) {
            kind.fill(clip[c], dim, random);
            System.arraycopy(clip[c], 0, all, c * count * dim, count * dim);
        }
        float[] p = new float[prototypes * dim];
        NearTies.normal(p, random);
        for (int j = 0; j < prototypes; j += 3) {
            // Use the signs of a token, so that its cosine is a sum of magnitudes.
            System.arraycopy(clip[0], random.nextInt(count) * dim, p, j * dim, dim);
        }
        View tokens = upload(all, clips, count, dim);
        View signs = upload(p, prototypes, dim);
        View values = backend().allocate(DType.F32, Shape.of(clips, prototypes));
        View winners = backend().allocate(DType.I32, Shape.of(clips, prototypes));
        backend().binaryPrototypeMaxPool(tokens, signs, values, winners);
        int[] won = new int[clips * prototypes];
        float[] cosines = new float[clips * prototypes];
        backend().download(winners, View.dense(HostBuffer.wrap(won), winners.shape()));
        backend().download(values, View.dense(HostBuffer.wrap(cosines), values.shape()));
        List.of(tokens, signs, values, winners).forEach(v -> v.buffer().close());
        for (int c = 0; c < clips; c += 21) {
            String what = kind + " " + Arrays.toString(new int[] {clips, count, prototypes, dim}) + ", clip " + c;
            int from = c * prototypes;
            compare(
                    new ExactCosines(clip[c], dim),
                    p,
                    dim,
                    Arrays.copyOfRange(won, from, from + prototypes),
                    Arrays.copyOfRange(cosines, from, from + prototypes),
                    what);
        }
    }

    private static void compare(ExactCosines exact, float[] p, int dim, int[] won, float[] cosines, String clip) {
        boolean[] negative = new boolean[dim];
        for (int j = 0; j < won.length; j++) {
            for (int d = 0; d < dim; d++) {
                negative[d] = p[j * dim + d] < 0;
            }
            int wanted = exact.winner(negative);
            String what = clip + ", prototype " + j;
            if (won[j] != wanted) {
                what += ": the winner is ahead by " + (exact.cosine(wanted, negative) - exact.cosine(won[j], negative));
            }
            assertEquals(wanted, won[j], what);
            assertEquals(exact.cosine(wanted, negative), cosines[j], 1e-7, what + ": cosine");
        }
    }

    private View upload(float[] numbers, long... sizes) {
        View v = backend().allocate(DType.F32, Shape.of(sizes));
        backend().upload(View.dense(HostBuffer.wrap(numbers), v.shape()), v);
        return v;
    }
}
