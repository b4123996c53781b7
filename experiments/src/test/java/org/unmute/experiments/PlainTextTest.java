package org.unmute.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.experiments.data.MalformedTableException;

class PlainTextTest {
    @Test
    void replacesWhatControlsATerminalAndNothingElse() {
        assertThat(PlainText.of("a\u001B[2J\u009B1m\n\u202Eb\u2066c"))
                .isEqualTo("a\uFFFD[2J\uFFFD1m\uFFFD\uFFFDb\uFFFDc");
        assertThat(PlainText.of("Grünspecht, 啄木鳥 \uD83D\uDC26")).isEqualTo("Grünspecht, 啄木鳥 \uD83D\uDC26");
    }

    @Test
    void linesStayLines() {
        assertThat(PlainText.lines("a\u001Bb\n\nc\n")).containsExactly("a\uFFFDb", "", "c");
    }

    @Test
    void quotesOfTablesAreCleanAndShort() {
        assertThat(MalformedTableException.quote("x\u202Ey")).isEqualTo("'x\uFFFDy'");
        assertThat(MalformedTableException.quote("\uD83D\uDC26".repeat(81)))
                .isEqualTo("'" + "\uD83D\uDC26".repeat(80) + "…'");
        assertThat(MalformedTableException.quote("z".repeat(80))).isEqualTo("'" + "z".repeat(80) + "'");
    }
}
