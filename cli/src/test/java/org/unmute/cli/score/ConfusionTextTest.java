package org.unmute.cli.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.metrics.ConfusionMatrix;
import org.unmute.metrics.ScoreScale;
import org.unmute.metrics.SingleLabelScores;

class ConfusionTextTest {
    /** The confusion matrix of clips with the given true and predicted classes. */
    private static ConfusionMatrix matrix(List<String> classes, int[] truth, int[] predicted) {
        float[][] scores = new float[truth.length][classes.size()];
        for (int i = 0; i < truth.length; i++) {
            scores[i][predicted[i]] = 1;
        }
        return SingleLabelScores.of(scores, truth, classes, ScoreScale.PROBABILITY)
                .confusion();
    }

    private static String text(ConfusionText confusion) {
        StringWriter text = new StringWriter();
        try (PrintWriter out = new PrintWriter(text)) {
            confusion.print(out);
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void rowsAreTrueClassesAndSeedsAreAdded(@TempDir Path folder) throws IOException {
        List<String> classes = List.of("bee", "cr\u001b[31mow");
        ConfusionText confusion = new ConfusionText(
                classes,
                List.of(
                        matrix(classes, new int[] {0, 0, 0, 1}, new int[] {0, 0, 1, 1}),
                        matrix(classes, new int[] {0, 0, 0, 1}, new int[] {1, 1, 0, 1})));
        assertThat(text(confusion)).isEqualTo("""
                confusion, the counts of 2 seeds together:
                true \\ predicted  bee  cr\ufffd[31mow
                ----------------  ---  ---------
                bee                 3          3
                cr\ufffd[31mow           0          2
                """);
        Path file = folder.resolve("confusion.csv");
        confusion.write(file);
        assertThat(Files.readString(file)).isEqualTo("""
                true,bee,cr\ufffd[31mow
                bee,3,3
                cr\ufffd[31mow,0,2
                """);
        assertThat(confusion.document().counts()).isDeepEqualTo(new long[][] {{3, 3}, {0, 2}});
    }

    @Test
    void ofManyClassesTheMostConfusedPairsAreShown() {
        List<String> classes = new ArrayList<>();
        int[] truth = new int[60];
        int[] predicted = new int[60];
        for (int c = 0; c < 20; c++) {
            classes.add("class" + c);
            for (int i = 0; i < 3; i++) {
                truth[3 * c + i] = c;
                // Each class is taken for the next one once, but class 7 always for class 3.
                predicted[3 * c + i] = c == 7 ? 3 : i == 0 ? (c + 1) % 20 : c;
            }
        }
        String text = text(new ConfusionText(classes, List.of(matrix(classes, truth, predicted))));
        assertThat(text.lines().skip(3).findFirst().orElseThrow()).containsPattern("class7 +class3 +3 +3 +1.000");
        assertThat(text).endsWith("and 10 pairs with 10 clips; --confusion FILE writes all\n");
    }

    @Test
    void aPerfectProbeConfusesNothing() {
        List<String> classes = List.of("a", "b");
        assertThat(text(new ConfusionText(classes, List.of(matrix(classes, new int[] {0, 1}, new int[] {0, 1})))))
                .contains("every clip has its class");
    }
}
