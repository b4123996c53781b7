package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.metrics.interval.StratifiedShare.Stratum;

class StratifiedShareTest {
    private static double choose(int n, int k) {
        double value = 1;
        for (int i = 1; i <= k; i++) {
            value = value * (n - k + i) / i;
        }
        return value;
    }

    /** P(X = k) of a binomial. */
    private static double exactly(int n, int k, double p) {
        return choose(n, k) * Math.pow(p, k) * Math.pow(1 - p, n - k);
    }

    /** The lower end solves the equation that defines it, summed term by term. */
    @Test
    void endsAreThoseOfTheBinomialTest() {
        for (double own : new double[] {1, 0.75, 0.5}) {
            for (int n : new int[] {1, 7, 40}) {
                for (int x = 1; x <= n; x++) {
                    double p = BinomialEnd.lowerShare(x, n, 0.025, own);
                    double tail = own * exactly(n, x, p);
                    for (int k = x + 1; k <= n; k++) {
                        tail += exactly(n, k, p);
                    }
                    assertThat(tail).as(x + " of " + n).isCloseTo(0.025, within(1e-9));
                }
            }
        }
    }

    /** 3 of 10: Clopper and Pearson's lower end is 0.06674, that of mid-p 0.08246. */
    @Test
    void agreesWithPublishedEnds() {
        assertThat(BinomialEnd.lowerShare(3, 10, 0.025, 1)).isCloseTo(0.06674, within(1e-5));
        double between = BinomialEnd.lowerShare(3, 10, 0.025, 0.75);
        assertThat(between).isBetween(0.06674, BinomialEnd.lowerShare(3, 10, 0.025, 0.5));
    }

    @Test
    void aPartOfAListBoundsTheRest() {
        StratifiedShare share = StratifiedShare.of(List.of(new Stratum(20, 15, 12)));
        assertThat(share.low()).isBetween(12.0 / 20, 0.8);
        assertThat(share.high()).isBetween(0.8, 17.0 / 20);
        assertThat(share.low() * 20).isCloseTo(Math.rint(share.low() * 20), within(1e-9));
        StratifiedShare all = StratifiedShare.of(List.of(new Stratum(20, 20, 12)));
        assertThat(all.low()).isEqualTo(0.6);
        assertThat(all.high()).isEqualTo(0.6);
        assertThat(StratifiedShare.of(List.of(new Stratum(20, 0, 0))).high()).isEqualTo(1);
    }

    /** Where true members have the highest scores, strata narrow the interval; where all agree, it is still one. */
    @Test
    void strataThatDifferNarrowTheInterval() {
        List<Stratum> same = List.of(new Stratum(500, 50, 25), new Stratum(500, 50, 25));
        List<Stratum> apart = List.of(new Stratum(500, 50, 48), new Stratum(500, 50, 2));
        StratifiedShare wide = StratifiedShare.of(same);
        StratifiedShare narrow = StratifiedShare.of(apart);
        assertThat(narrow.estimate()).isEqualTo(wide.estimate());
        assertThat(narrow.high() - narrow.low()).isLessThan(0.6 * (wide.high() - wide.low()));
        StratifiedShare agreed = StratifiedShare.of(List.of(new Stratum(500, 5, 5), new Stratum(500, 5, 5)));
        assertThat(agreed.low()).isBetween(0.6, 0.8);
        assertThat(agreed.high()).isEqualTo(1);
    }
}
