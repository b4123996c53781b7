package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {
    private static final String NAMES = "Grünspecht, 啄木鳥 \uD83D\uDC26, \u05E2\u05D5\u05E8\u05D1\u200F";

    @Test
    void whatControlsATerminalOrTheOrderOfLettersIsReplaced() {
        assertThat(PlainText.of("a\u001B[2J\u009B1m\n\u202Eb\u2066c\u007Fd\u2028e"))
                .isEqualTo("a\uFFFD[2J\uFFFD1m\uFFFD\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
        assertThat(PlainText.of(NAMES)).isEqualTo(NAMES);
    }

    @Test
    void linesStayLines() {
        assertThat(PlainText.lines("a\u001Bb\n\nc\n")).containsExactly("a\uFFFDb", "", "c");
        assertThat(PlainText.withLineBreaks("a\u001Bb\n\r\nc\rd\te"))
                .as("a carriage return alone would write over the line")
                .isEqualTo("a\uFFFDb\n\r\nc\uFFFDd\uFFFDe");
        assertThat(PlainText.withLineBreaks(NAMES)).isEqualTo(NAMES);
    }

    /** All methods replace the same characters. */
    @Test
    void allCharactersAreTreatedAlike() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                continue;
            }
            String one = Character.toString(c);
            boolean replaced = !PlainText.of(one).equals(one);
            assertThat(replaced).as("U+%04X", c).isEqualTo(PlainText.acts(c));
            if (c != '\n') {
                assertThat(PlainText.withLineBreaks(one)).as("U+%04X", c).isEqualTo(PlainText.of(one));
            }
        }
    }

    @Test
    void messagesQuoteWithIt() {
        assertThat(PlainText.quote("x\u202Ey")).isEqualTo("'x\uFFFDy'");
        assertThat(PlainText.quote("\uD83D\uDC26".repeat(80))).isEqualTo("'" + "\uD83D\uDC26".repeat(80) + "'");
        assertThat(PlainText.quote("x".repeat(81))).isEqualTo("'" + "x".repeat(80) + "…'");
        assertThat(new MalformedFileException("f", 0, "t\u009B2J", "rule", "detail").getMessage())
                .isEqualTo("f: rule at byte 0, tensor 't\uFFFD2J': detail");
    }
}
