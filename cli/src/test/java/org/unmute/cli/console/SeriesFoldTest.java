package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesFoldTest {
    private static List<String> fold(String... names) {
        return SeriesFold.fold(List.of(names), n -> n, _ -> "").stream()
                .map(g -> g.name() + " x " + g.items().size())
                .toList();
    }

    @Test
    void numberedNamesBecomeOne() {
        assertThat(fold("blocks.0.w", "blocks.0.b", "blocks.1.w", "blocks.1.b", "norm.w", "blocks.2.w"))
                .containsExactly("blocks.{0..2}.w x 3", "blocks.{0..1}.b x 2", "norm.w x 1");
        assertThat(fold("blocks.10.w", "blocks.9.w")).containsExactly("blocks.{9..10}.w x 2");
    }

    @Test
    void aGapIsShown() {
        assertThat(fold("b.0.w", "b.2.w")).containsExactly("b.{0,2}.w x 2");
        assertThat(fold("b.0.w", "b.2.w", "b.4.w", "b.6.w", "b.8.w", "b.10.w"))
                .containsExactly("b.{0,2,4,6,…,10}.w x 6");
    }

    @Test
    void numbersInsideWordsAreNoSeries() {
        assertThat(fold("fc1.w", "fc2.w", "v2")).containsExactly("fc1.w x 1", "fc2.w x 1", "v2 x 1");
        assertThat(fold("a.0.1.w", "a.0.2.w", "a.1.1.w", "a.1.2.w")).containsExactly("a.{0..1}.{1..2}.w x 4");
        assertThat(fold("a.7.w")).containsExactly("a.7.w x 1");
        assertThat(fold("a.99999999999999999999.w", "a.99999999999999999998.w")).hasSize(2);
    }

    @Test
    void whatDiffersStaysApart() {
        assertThat(SeriesFold.fold(List.of("a.0", "a.1", "a.2"), n -> n, n -> n.equals("a.1")))
                .extracting(SeriesFold.Group::name)
                .containsExactly("a.{0,2}", "a.1");
    }
}
