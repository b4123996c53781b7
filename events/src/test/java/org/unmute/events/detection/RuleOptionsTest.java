package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.Encoders;

class RuleOptionsTest {
    private static final List<String> KNOWN = List.of("rain", "Bird, wild", "dog");

    @TempDir
    private Path folder;

    private static RuleOptions options(String threshold, String low, String median, Integer topK, String... classes) {
        return new RuleOptions(threshold, low, median, null, null, topK, List.of(classes));
    }

    @Test
    void withoutOptionsTheRulesAreTheDefaults() throws IOException {
        assertThat(options(null, null, null, null).rules(KNOWN)).isEqualTo(DetectionRules.DEFAULTS);
    }

    @Test
    void eachIsReadAsItIsWritten() throws IOException {
        assertThat(options("0.3", "50%", "3rows", 2).rules(KNOWN))
                .isEqualTo(new DetectionRules(
                        0.3, Map.of(), Double.NaN, 0.5, Double.NaN, 3, Double.NaN, Double.NaN, 2, Set.of(), false));
        DetectionRules rules = options("0.3", "0.1", "0.5", null).rules(KNOWN);
        assertThat(rules.low()).isEqualTo(0.1);
        assertThat(rules.lowShare()).isNaN();
        assertThat(rules.median()).isEqualTo(0.5);
        assertThat(rules.medianRows()).isZero();
        assertThat(options(null, null, null, null, "Bird, wild", "dog , rain")
                        .rules(KNOWN)
                        .only())
                .containsExactly("Bird, wild", "dog", "rain");
    }

    @Test
    void filesHoldThresholdsAndClasses() throws IOException {
        Path table = Files.writeString(folder.resolve("t.csv"), "class,threshold\nrain,0.25\n\"Bird, wild\",0.75\n");
        assertThat(options(table.toString(), null, null, null).rules(KNOWN).byClass())
                .isEqualTo(Map.of("rain", 0.25, "Bird, wild", 0.75));
        Path names = Files.writeString(folder.resolve("names.txt"), "dog\nrain\n");
        assertThat(options(null, null, null, null, names.toString())
                        .rules(KNOWN)
                        .only())
                .containsExactlyInAnyOrder("dog", "rain");
        Path twice = Files.writeString(folder.resolve("twice.csv"), "class,threshold\nrain,0.25\nrain,0.5\n");
        assertThatThrownBy(() -> options(twice.toString(), null, null, null).rules(KNOWN))
                .hasMessageContainingAll("class 'rain' is there twice", "twice.csv");
        Path empty = Files.writeString(folder.resolve("empty.csv"), "class,threshold\n");
        assertThatThrownBy(() -> options(empty.toString(), null, null, null).rules(KNOWN))
                .isInstanceOf(InputException.class)
                .hasMessage(empty + ": no thresholds: rows of class and threshold are needed");
    }

    @Test
    void whatIsNoneIsRefused() {
        refused("--threshold is neither a number nor a file: 'high'", options("high", null, null, null));
        refused("--low must be a number, is 'a'", options(null, "a%", null, null));
        refused("--median takes an odd number of rows", options(null, null, "4 rows", null));
        refused("--median must be a number, is '1s'", options(null, null, "1s", null));
        refused("--top-k must be at least 1, is 0", options(null, null, null, 0));
        refused("--classes names no class", options(null, null, null, null, " , "));
        refused("the threshold must be at least 0 and below 1", options("1", null, null, null));
    }

    private static void refused(String message, RuleOptions options) {
        assertFails(SettingsException.class, () -> options.rules(KNOWN), message);
    }

    @Test
    void contextsHaveLimits() {
        var times = Encoders.embedded().describe().rowTimes();
        for (ContextSeconds wrong : List.of(new ContextSeconds(-1.0, null), new ContextSeconds(601.0, null))) {
            assertFails(SettingsException.class, () -> wrong.scorer(null, times, null), "--context must be 0 to 600");
        }
        for (ContextSeconds wrong : List.of(new ContextSeconds(null, 0.0), new ContextSeconds(null, Double.NaN))) {
            assertFails(SettingsException.class, () -> wrong.scorer(null, times, null), "--stride must be above 0");
        }
    }
}
