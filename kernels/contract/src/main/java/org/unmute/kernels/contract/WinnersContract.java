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
 * Winners of binarized matching against exact arithmetic, where {@link PrototypeContract} only asks for what float64
 * tells apart: random and adversarial tokens, near-ties and ties, of which the first token wins. System property {@value
 * #PAIRS} says how many pairs of a token and a prototype take part.
 */
public abstract class WinnersContract extends Contract {
    /** System property: how many pairs, 400,000 by default. */
    public static final String PAIRS = "unmute.pairs";

    /** Tokens, prototypes, dim of a clip. */
    private static final int[][] CLIPS = {{200, 48, 768}, {65, 300, 100}, {130, 70, 33}, {512, 12, 384}, {33, 20, 1100}
    };

    /** For the backend's tests. */
    protected WinnersContract() {}

    /** As many pairs of each kind. */
    @TestFactory
    final Stream<DynamicTest> binaryWinnersAreExact() {
        long each = Long.getLong(PAIRS, 400_000) / NearTies.values().length;
        return each(NearTies.values(), kind -> {
            SplittableRandom random = new SplittableRandom(kind.ordinal());
            long pairs = 0;
            for (int i = 0; pairs < each; i++) {
                int[] s = CLIPS[(i + kind.ordinal()) % CLIPS.length];
                check(kind, s[0], s[1], s[2], random);
                pairs += (long) s[0] * s[1];
            }
        });
    }

    private void check(NearTies kind, int count, int prototypes, int dim, SplittableRandom random) {
        float[] x = new float[count * dim];
        kind.fill(x, dim, random);
        float[] p = new float[prototypes * dim];
        NearTies.normal(p, random);
        for (int j = 0; j < prototypes; j += 3) {
            // The signs of a token: the cosine is then a sum of magnitudes.
            System.arraycopy(x, random.nextInt(count) * dim, p, j * dim, dim);
        }
        View tokens = upload(x, 1, count, dim);
        View signs = upload(p, prototypes, dim);
        View values = backend().allocate(DType.F32, Shape.of(1, prototypes));
        View winners = backend().allocate(DType.I32, Shape.of(1, prototypes));
        backend().binaryPrototypeMaxPool(tokens, signs, values, winners);
        int[] won = new int[prototypes];
        float[] cosines = new float[prototypes];
        backend().download(winners, View.dense(HostBuffer.wrap(won), winners.shape()));
        backend().download(values, View.dense(HostBuffer.wrap(cosines), values.shape()));
        List.of(tokens, signs, values, winners).forEach(v -> v.buffer().close());
        ExactCosines exact = new ExactCosines(x, dim);
        boolean[] negative = new boolean[dim];
        for (int j = 0; j < prototypes; j++) {
            for (int d = 0; d < dim; d++) {
                negative[d] = p[j * dim + d] < 0;
            }
            int wanted = exact.winner(negative);
            String what = kind + " " + Arrays.toString(new int[] {count, prototypes, dim}) + ", prototype " + j;
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
