package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class KeyMapTest {
    private static final KeyMap MAP = KeyMap.named("test")
            .rename("a.special", "exact")
            .drop("a.unused.", "not part of it")
            .renamePrefix("a.", "b.")
            .require("exact", "b.x");

    @Test
    void theFirstRuleThatFitsDecides() throws ConversionException {
        Report report = MAP.apply("file", List.of("a.x", "other", "a.special", "a.unused.y", "a.special.more"));
        assertThat(report.renamed()).containsExactly(
                Map.entry("a.x", "b.x"), Map.entry("a.special", "exact"), Map.entry("a.special.more", "b.special.more"));
        assertThat(report.kept()).containsExactly("other");
        assertThat(report.dropped()).containsExactly(Map.entry("a.unused.y", "not part of it"));
        assertThat(report.missing()).isEmpty();
        assertThat(report.lines()).startsWith("test: 1 kept, 3 renamed, 1 dropped, 0 missing")
                .contains("renamed a.x -> b.x", "dropped a.unused.y: not part of it");
    }

    @Test
    void reportsWhatIsMissing() throws ConversionException {
        Report report = MAP.apply("file", List.of("a.unused.y"));
        assertThat(report.complete()).isFalse();
        assertThat(report.missing()).containsExactly("exact", "b.x");
    }

    @Test
    void twoTensorsWithOneNameAreAnError() {
        assertThatThrownBy(() -> MAP.apply("weights.safetensors", List.of("a.x", "b.x")))
                .isInstanceOf(ConversionException.class)
                .hasMessageContaining("weights.safetensors").hasMessageContaining("'b.x'").hasMessageContaining("'a.x'")
                .hasMessageContaining("'test'");
    }

    @Test
    void blocksMustBeNumberedWithoutAGapAndComplete() throws ConversionException {
        KeyMap map = KeyMap.named("blocks").requireSeries("blocks.", "w", "b");
        assertThat(map.apply("f", List.of("blocks.0.w", "blocks.0.b", "blocks.1.w", "blocks.1.b")).missing()).isEmpty();
        assertThat(map.apply("f", List.of("blocks.0.w", "blocks.0.b", "blocks.2.w")).missing())
                .containsExactly("blocks.1.w", "blocks.1.b", "blocks.2.b");
        assertThat(map.apply("f", List.of()).missing()).containsExactly("blocks.0.w", "blocks.0.b");
    }

    @Test
    void aBoldBlockNumberDoesNotMakeAnEndlessList() throws ConversionException {
        KeyMap map = KeyMap.named("blocks").requireSeries("blocks.", "w", "b");
        assertThat(map.apply("f", List.of("blocks.999999999.w")).missing()).hasSizeBetween(100, 2000);
        assertThat(map.apply("f", List.of("blocks.99999999999999999999.w")).missing()).isNotEmpty();
    }

    @Test
    void fineTunedEatNamesGetOnePrefix() throws ConversionException {
        Report report = EatKeyMap.TO_HUGGING_FACE.apply("ft", List.of(
                "model.modality_encoders.IMAGE.extra_tokens", "model.modality_encoders.IMAGE.context_encoder.norm.bias",
                "model.blocks.0.norm1.bias", "fc_norm.bias", "head.weight"));
        assertThat(report.written().values()).containsExactlyInAnyOrder("model.extra_tokens", "model.pre_norm.bias",
                "model.blocks.0.norm1.bias", "model.fc_norm.bias", "model.head.weight");
    }

    @Test
    void theTeacherAndTheDecoderOfEatAreDropped() throws ConversionException {
        Report report = EatKeyMap.TO_HUGGING_FACE.apply("pt", List.of("_ema.blocks.0.norm1.bias",
                "modality_encoders.IMAGE.decoder.proj.weight"));
        assertThat(report.dropped()).containsOnlyKeys("_ema.blocks.0.norm1.bias",
                "modality_encoders.IMAGE.decoder.proj.weight");
        assertThat(report.missing()).hasSize(6 + 12);
    }

    /** Whatever the names, each ends up in exactly one list and no two are written under one name. */
    @Property
    void everyNameIsAccountedForOnce(@ForAll Set<@CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 4) String> names) {
        KeyMap map = KeyMap.named("any").rename("ab", "ba").drop("aa", "no").renamePrefix("b", "a");
        List<String> ordered = new ArrayList<>(names);
        Report report;
        try {
            report = map.apply("any", ordered);
        } catch (ConversionException e) {
            assertThat(e).hasMessageContaining("two tensors");
            return;
        }
        List<String> all = new ArrayList<>(report.kept());
        all.addAll(report.renamed().keySet());
        all.addAll(report.dropped().keySet());
        assertThat(all).containsExactlyInAnyOrderElementsOf(names);
        assertThat(report.written().values()).doesNotHaveDuplicates();
    }
}
