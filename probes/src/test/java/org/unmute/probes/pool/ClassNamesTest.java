package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClassNamesTest {
    private static void refused(List<String> names, String message) {
        assertThatThrownBy(() -> ClassNames.require("labels.csv: ", names))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void theFirstNameThatCannotBeSavedIsNamed() {
        assertThatCode(() -> ClassNames.require("", List.of("Turdus merula", "啄木鳥", "a;b", "\u05E2\u05D5\u200F")))
                .doesNotThrowAnyException();
        refused(
                List.of("bee", "cr\u001B[31mow"),
                "labels.csv: class 'cr\uFFFD[31mow' holds the control character U+001B, with which no probe can be"
                        + " saved: rename the class");
        refused(
                List.of("two\nlines"),
                "labels.csv: class 'two\uFFFDlines' holds the control character U+000A, with which no probe can be"
                        + " saved: rename the class");
        refused(List.of("bee", " "), "labels.csv: class ' ' is blank: give it a name");
        refused(List.of("bee", "crow", "bee"), "labels.csv: class 'bee' is there twice: names of classes must differ");
    }
}
