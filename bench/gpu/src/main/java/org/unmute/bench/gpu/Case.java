package org.unmute.bench.gpu;

import java.util.List;
import org.unmute.tensor.backend.Backend;

/** A row of the table. */
interface Case {
    /** For people. */
    String name();

    /** Kind and sizes for {@code torch/worker.py}: {@code match batch=16 tokens=512}. */
    String order();

    /** Multiplications and additions of float32 numbers that the result's definition takes, each counted as one. */
    double operations();

    /** Bytes of inputs and results, each read or written once. */
    double bytes();

    /** The most that two results of the same work may differ, as a share of the greatest absolute value. */
    double tolerance();

    /** Puts the inputs on a backend, which must be the current one. */
    Work open(Backend backend);

    /** How large the rows are. */
    enum Sizes {
        /** For a graphics card. */
        FULL(0.2),
        /** For trying the check out where the device is a processor. */
        SMALL(0.005);

        private final double roundSeconds;

        Sizes(double roundSeconds) {
            this.roundSeconds = roundSeconds;
        }

        /** How long a row's work is repeated for one time. */
        double roundSeconds() {
            return roundSeconds;
        }
    }

    /** All rows. */
    static List<Case> all(Sizes sizes) {
        if (sizes == Sizes.SMALL) {
            return List.of(new MatmulCase(130, 96, 200), new AttentionCase(2, 2, 65, 64), new MatchCase(2, 33, 96, 130, false),
                    new MatchCase(2, 33, 96, 130, true), new EatCase(2, 128, 2, 64), new ProtobinCase(2, 33, 96, 10, 13));
        }
        int rows = 16 * 513;
        return List.of(new MatmulCase(rows, 768, 2304), new MatmulCase(rows, 768, 768), new MatmulCase(rows, 768, 3072),
                new MatmulCase(rows, 3072, 768), new MatmulCase(4096, 4096, 4096), new AttentionCase(16, 12, 513, 64),
                new MatchCase(16, 512, 768, 5270, false), new MatchCase(16, 512, 768, 5270, true),
                new MatchCase(16, 512, 768, 10540, false), new MatchCase(16, 512, 768, 10540, true),
                new EatCase(1, 768, 12, 1024), new EatCase(16, 768, 12, 1024), new ProtobinCase(16, 512, 768, 527, 20));
    }
}
