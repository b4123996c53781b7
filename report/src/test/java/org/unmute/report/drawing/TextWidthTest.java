package org.unmute.report.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.unmute.report.drawing.Element.Font;

class TextWidthTest {
    private static final Font FONT = new Font(10, false);

    @Test
    void widthsGrowWithSizeAndWeight() {
        assertThat(TextWidth.of("mm", FONT)).isEqualTo(19.4);
        assertThat(TextWidth.of("mm", new Font(20, false))).isEqualTo(38.8);
        assertThat(TextWidth.of("mm", new Font(10, true))).isGreaterThan(19.4);
        assertThat(TextWidth.of("", FONT)).isZero();
    }

    @Test
    void linesBreakAtSpaces() {
        assertThat(TextWidth.wrap("one two three", FONT, TextWidth.of("one two", FONT)))
                .isEqualTo(List.of("one two", "three"));
        assertThat(TextWidth.wrap("", FONT, 50)).isEmpty();
    }

    @Property
    void shortenedTextFitsAndKeepsItsBeginning(
            @ForAll @StringLength(max = 40) String text, @ForAll @DoubleRange(min = 25, max = 200) double room) {
        String shown = TextWidth.shorten(text, FONT, room);
        assertThat(TextWidth.of(shown, FONT)).isLessThanOrEqualTo(room);
        if (!shown.equals(text)) {
            assertThat(shown).endsWith("\u2026");
            assertThat(text).startsWith(shown.substring(0, shown.length() - 1).stripTrailing());
        }
    }
}
