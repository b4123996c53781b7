package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PlainWriterTest {
    private static final String NAME = "a\u001B[2J\u009B\u202Eb\nunmute: done\r";
    private static final String PLAIN = "a\uFFFD[2J\uFFFD\uFFFDb\uFFFDunmute: done\uFFFD";

    private final StringWriter text = new StringWriter();
    private final PlainWriter out = PlainWriter.to(text);

    private String printed() {
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void aNameBreaksNoLineAndReachesNoTerminal() {
        out.println(NAME);
        out.println((Object) NAME);
        out.println(NAME.toCharArray());
        out.printf(Locale.ROOT, "%s of %d: %s%n", NAME, 3, null);
        out.printf("%5.1f %s%n", 0.5, new StringBuilder(NAME));
        out.println();
        assertThat(printed())
                .isEqualTo(PLAIN + "\n" + PLAIN + "\n" + PLAIN + "\n" + PLAIN + " of 3: null\n"
                        + String.format("%5.1f ", 0.5) + PLAIN + "\n\n");
    }

    @Test
    void textOfSeveralLinesKeepsThem() {
        out.print("a\n\u001Bb\r\n");
        out.append("c\u0007").append('\u0008').append("xyz\n", 1, 4);
        out.write('\u001B');
        out.write(new char[] {'d', '\u007F', 'e'}, 1, 2);
        assertThat(text).hasToString("a\n\uFFFDb\r\nc\uFFFD\uFFFDyz\n\uFFFD\uFFFDe");
    }

    @Test
    void charactersBeyond16BitsStayWhole() {
        out.print("\uD83D\uDC26");
        out.println("\uD83D\uDC26");
        assertThat(printed()).isEqualTo("\uD83D\uDC26\uD83D\uDC26\n");
    }

    @Test
    void aStackTraceIsIndentedWithoutTabs() {
        out.printStackTrace(new IllegalStateException(NAME));
        assertThat(printed()).contains("IllegalStateException: a\uFFFD[2J", "\n  unmute: done", "\n    at ");
        assertThat(printed().lines().flatMapToInt(String::chars)).noneMatch(Character::isISOControl);
    }

    @Test
    void aWriterIsWrappedOnce() {
        PrintWriter plain = new PrintWriter(text);
        assertThat(PlainWriter.to(out)).isSameAs(out);
        assertThat(PlainWriter.to(plain)).isNotSameAs(plain);
    }
}
