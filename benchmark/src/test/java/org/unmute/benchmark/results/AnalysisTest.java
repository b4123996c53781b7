package org.unmute.benchmark.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.benchmark.fixture.RunFixture.BEATS;
import static org.unmute.benchmark.fixture.RunFixture.EAT;
import static org.unmute.benchmark.fixture.RunFixture.ESC;
import static org.unmute.benchmark.fixture.RunFixture.URBAN;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.benchmark.results.ComparedRuns.Setting;

/** What is computed from the cells, on numbers that can be checked by hand. */
class AnalysisTest {
    @TempDir
    private Path folder;

    private ComparedRuns standard() throws IOException {
        return RunComparison.read(
                List.of(RunFixture.standard(folder.resolve("a")).folder()));
    }

    @ParameterizedTest
    @CsvSource({
        // mean and sd of each; who beats whom by the pooled, own and opponent's deviation
        "0.70, 0.01, 0.60, 0.02, true, true, true",
        "0.75, 0.125, 0.625, 0.125, true, true, true",
        "0.70, 0.04, 0.67, 0.01, true, false, true",
        "0.70, 0.01, 0.67, 0.04, true, true, false",
        "0.70, 0.04, 0.68, 0.03, false, false, false",
        "0.70, 0.00, 0.70, 0.00, false, false, false",
        "0.70, 0.00, 0.69, 0.00, true, true, true",
        "0.60, 0.01, 0.70, 0.01, false, false, false",
        "0.70, NaN, 0.60, 0.01, false, false, true"
    })
    void aWinIsOneDeviationAboveTheOpponent(
            double meanA, double sdA, double meanB, double sdB, boolean pooled, boolean own, boolean opponent) {
        Score a = new Score(meanA, sdA, 5);
        Score b = new Score(meanB, sdB, 5);
        assertThat(WinRule.POOLED.wins(a, b)).isEqualTo(pooled);
        assertThat(WinRule.OWN.wins(a, b)).isEqualTo(own);
        assertThat(WinRule.OPPONENT.wins(a, b)).isEqualTo(opponent);
        for (WinRule rule : WinRule.values()) {
            assertThat(rule.wins(a, b) && rule.wins(b, a)).isFalse();
        }
    }

    @Test
    void winsAreCountedOverAllSettings() throws IOException {
        Wins wins = Wins.of(standard(), WinRule.POOLED);
        // linear, mhca, linpre, proto, protobin; proto misses one of four settings
        assertThat(wins.contests()[4]).containsExactly(4, 4, 4, 3, 0);
        assertThat(wins.wins()[4]).containsExactly(4, 4, 4, 3, 0);
        assertThat(wins.wins()[0]).containsOnly(0);
        assertThat(wins.wins()[1]).containsExactly(4, 0, 4, 0, 0);
        assertThat(wins.won(4)).isEqualTo(15);
        assertThat(wins.lost(4)).isZero();
        assertThat(wins.lost(0)).isEqualTo(15);
        assertThat(wins.skipped()).isZero();
    }

    @Test
    void singleSeedsAreNotCompared() throws IOException {
        RunFixture run =
                new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("linear", "protobin"));
        run.cell(EAT, URBAN, "linear", Map.of(), 0.5);
        run.cell(EAT, URBAN, "protobin", Map.of(), 0.7);
        Wins wins = Wins.of(RunComparison.read(List.of(run.folder())), WinRule.POOLED);
        assertThat(wins.empty()).isTrue();
        assertThat(wins.skipped()).isEqualTo(1);
    }

    @Test
    void gainIsTheDifferenceToLinearOfTheSameSetting() throws IOException {
        ComparedRuns results = standard();
        LinearGain gain = LinearGain.of(results).orElseThrow();
        Column protobin = results.column("protobin").orElseThrow();
        assertThat(gain.linear().label()).isEqualTo("linear");
        LinearGain.Gain one = gain.find(new Setting(EAT, URBAN), protobin).orElseThrow();
        double linear = (0.55 + 0.554 + 0.548) / 3;
        assertThat(one.points()).isEqualTo(0.702 - linear, within(1e-12));
        assertThat(one.sd())
                .isEqualTo(
                        Math.hypot(
                                results.score(EAT, URBAN, protobin).sd(),
                                results.score(EAT, URBAN, gain.linear()).sd()),
                        within(1e-12));
        assertThat(gain.mean(protobin, s -> true).seeds()).isEqualTo(4);
        assertThat(gain.mean(protobin, s -> s.dataset().equals(ESC)).mean()).isEqualTo(0.702 - linear, within(1e-12));
        assertThat(gain.find(new Setting(BEATS, URBAN), results.column("proto").orElseThrow()))
                .isEmpty();
    }

    @Test
    void withoutALinearProbeThereIsNoGain() throws IOException {
        RunFixture run = new RunFixture(folder.resolve("b"), List.of(EAT), List.of(URBAN), List.of("mhca"));
        run.cell(EAT, URBAN, "mhca", Map.of(), 0.5, 0.6);
        assertThat(LinearGain.of(RunComparison.read(List.of(run.folder())))).isEmpty();
    }

    @Test
    void encodersAreRankedOverTheDataSetsThatAllHave() throws IOException {
        ComparedRuns results = standard();
        EncoderRanking ranking = EncoderRanking.of(results);
        assertThat(ranking.encoders()).containsExactly(EAT, BEATS);
        EncoderRanking.Ranked proto = ranking.ranked().get(3);
        assertThat(proto.column().label()).isEqualTo("proto");
        assertThat(proto.datasets()).containsExactly(ESC);
        assertThat(proto.means()[0])
                .isEqualTo(results.score(EAT, ESC, proto.column()).mean());
        assertThat(ranking.ranked().getFirst().datasets()).containsExactly(URBAN, ESC);
        assertThat(ranking.ranked().getFirst().means()[1])
                .isGreaterThan(ranking.ranked().getFirst().means()[0]);
        double[] means = {0.5, 0.9, 0.5, Double.NaN, 0.1};
        assertThat(new EncoderRanking.Ranked(proto.column(), List.of(), means).ranks())
                .containsExactly(2, 1, 2, 0, 4);
    }

    @Test
    void theEffectOfJHasACurveWhereJDiffers() throws IOException {
        PrototypeEffect effect = PrototypeEffect.of(standard());
        assertThat(effect.curves()).hasSize(4).allSatisfy(c -> {
            assertThat(c.column().label()).isEqualTo("protobin");
            assertThat(c.points()).extracting(PrototypeEffect.Point::prototypes).containsExactly(5, 20);
        });
    }

    @Test
    void publishedScoresAreFoundByEncoderDataSetAndProbe() {
        Published published = Published.read();
        Setting setting = new Setting(EAT, URBAN);
        assertThat(published.find(setting, "protobin").orElseThrow().percent()).isEqualTo("89.24");
        assertThat(published
                        .find(new Setting(new Name("Audio-MAE", ""), new Name("as20k", "")), Published.FINE_TUNED)
                        .orElseThrow()
                        .fraction())
                .isEqualTo(0.371, within(1e-12));
        assertThat(published.find(setting, "linearc-freqconcat").orElseThrow().percent())
                .isEqualTo("78.45");
        assertThat(published.find(setting, "cgp")).isEmpty();
        assertThat(published.find(new Setting(new Name("eat+", ""), URBAN), "linear"))
                .isEmpty();
        assertThat(published.scores()).allSatisfy(s -> assertThat(s.fraction()).isBetween(0.05, 1.0));
        assertThat(published.scores().stream().map(s -> s.encoder() + s.dataset() + s.probe()))
                .doesNotHaveDuplicates();
    }

    @Test
    void deviationIsOfASample() {
        assertThat(Score.of(1, 2, 4).sd()).isEqualTo(Math.sqrt((16 / 9.0 + 1 / 9.0 + 25 / 9.0) / 2), within(1e-12));
        assertThat(Score.of(1).sd()).isNaN();
        assertThat(Score.of().defined()).isFalse();
    }
}
