package org.unmute.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyMapTest {
    private static final KeyMap MAP = KeyMap.named("test", "cls", "a.special")
            .keep("cls")
            .rename("a.special", "exact")
            .drop("a.unused.", "not part of it")
            .rename("a.", "b.")
            .keepOuter("head.")
            .require("exact", "b.x")
            .carry("cfg.");
    private static final KeyMap BLOCKS =
            KeyMap.named("blocks", "cls").keep("cls", "blocks.").requireSeries("blocks.", "w", "b");

    private static KeyMatch match(KeyMap map, String... names) {
        return map.match(NamesOnly.of(names), false).orElseThrow();
    }

    @Test
    void theFirstRuleThatFitsDecidesAndTheRestIsLeftOut() {
        KeyMatch match = match(MAP, "a.x", "other", "a.special", "a.unused.y", "a.special.more", "cls");
        assertThat(renamed(match))
                .containsExactly(
                        Map.entry("a.x", "b.x"),
                        Map.entry("a.special", "exact"),
                        Map.entry("a.special.more", "b.special.more"));
        assertThat(kept(match)).containsExactly("cls");
        assertThat(match.dropped())
                .containsExactly(
                        Map.entry("other", "not used by this model"), Map.entry("a.unused.y", "not part of it"));
        assertThat(match.missing()).isEmpty();
        assertThat(match.prefix()).isEmpty();
    }

    @Test
    void aNameWithoutADotAtItsEndIsAWholeName() {
        KeyMatch match = match(KeyMap.named("whole", "cls").keep("cls"), "cls", "cls_token");
        assertThat(kept(match)).containsExactly("cls");
        assertThat(match.dropped()).containsOnlyKeys("cls_token");
    }

    @Test
    void nothingIsFoundWithoutTheWholeSignature() {
        assertThat(MAP.match(NamesOnly.of("cls", "a.x"), false)).isEmpty();
        assertThat(MAP.match(NamesOnly.of("x.cls", "y.a.special"), false))
                .as("spread over two prefixes")
                .isEmpty();
        assertThat(MAP.match(NamesOnly.of("mycls", "mya.special"), false))
                .as("a prefix ends in a dot")
                .isEmpty();
        assertThat(MAP.match(NamesOnly.of(), false)).isEmpty();
        assertFails(IllegalArgumentException.class, () -> KeyMap.named("empty"), "signature");
    }

    @Test
    void tellsWhatIsMissing() {
        assertThat(match(MAP, "cls", "a.special").missing()).containsExactly("b.x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "module.",
                "model.",
                "encoder.",
                "module.model.encoder.",
                "state_dict.encoder.",
                "teacher.backbone."
            })
    void theModelIsFoundBelowAnyPrefix(String prefix) {
        KeyMatch match = match(MAP, prefix + "cls", prefix + "a.special", prefix + "a.x", "elsewhere.a.y");
        assertThat(match.prefix()).isEqualTo(prefix);
        assertThat(match.taken()).containsOnlyKeys("cls", "exact", "b.x").containsEntry("b.x", prefix + "a.x");
        assertThat(match.dropped()).containsOnlyKeys("elsewhere.a.y");
        assertThat(match.missing()).isEmpty();
    }

    @Test
    void theShortestPrefixCountsWhateverTheOrder() {
        assertThat(match(MAP, "deep.down.cls", "deep.down.a.special", "top.cls", "top.a.special")
                        .prefix())
                .isEqualTo("top.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_ema.", "model._ema.", "ema.", "student.", "student.module.", "optimizer.state."})
    void copiesOfTheModelAreNotTakenForIt(String copy) {
        KeyMatch match = match(
                MAP,
                copy + "cls",
                copy + "a.special",
                copy + "a.x",
                "the.model.itself.cls",
                "the.model.itself.a.special",
                "the.model.itself.a.x");
        assertThat(match.prefix()).isEqualTo("the.model.itself.");
        assertThat(match.dropped()).containsOnlyKeys(copy + "cls", copy + "a.special", copy + "a.x");
        // Where there is nothing else, the copy is what the file holds.
        assertThat(match(MAP, copy + "cls", copy + "a.special").prefix()).isEqualTo(copy);
    }

    @Test
    void everyTensorOutsideTheModelHasAReason() {
        KeyMatch match = match(
                MAP,
                "model.cls",
                "model.a.special",
                "model._ema.cls",
                "optimizer.state.0.exp_avg",
                "student.cls",
                "criterion.weight",
                "model.z");
        assertThat(match.dropped())
                .containsEntry("optimizer.state.0.exp_avg", "state of the optimizer")
                .containsEntry("student.cls", "the student of pre-training; the teacher is the encoder")
                .containsEntry("criterion.weight", "outside of 'model', where the encoder is")
                .containsEntry("model.z", "not used by this model");
        assertThat(match.dropped().get("model._ema.cls")).isNotBlank();
    }

    @Test
    void namesBesideTheModelAreTakenFromThePrefixesParent() {
        KeyMatch match = match(MAP, "model.cls", "model.a.special", "head.weight", "other.weight");
        assertThat(match.taken()).containsEntry("head.weight", "head.weight");
        assertThat(match.dropped()).containsOnlyKeys("other.weight");
        KeyMatch deep = match(MAP, "state.model.cls", "state.model.a.special", "state.head.weight", "head.bias");
        assertThat(deep.taken())
                .containsEntry("head.weight", "state.head.weight")
                .doesNotContainKey("head.bias");
        assertThat(match(MAP, "cls", "a.special", "head.weight").dropped())
                .as("no parent, so nothing beside")
                .containsOnlyKeys("head.weight");
    }

    @Test
    void aModelWhoseNamesOthersShareIsTiedToItsPrefix() {
        KeyMap tied = MAP.belowPrefix("encoder.");
        NamesOnly elsewhere = NamesOnly.of("cls", "a.special");
        assertThat(tied.match(elsewhere, false)).isEmpty();
        assertThat(tied.match(elsewhere, true)).as("taken at its word").isPresent();
        assertThat(tied.match(NamesOnly.of("x.encoder.cls", "x.encoder.a.special"), false)
                        .map(KeyMatch::prefix))
                .contains("x.encoder.");
    }

    @Test
    void twoTensorsWithOneNameAreAnError() {
        assertThatThrownBy(() -> match(MAP.rename("old", "b.x"), "cls", "a.special", "a.x", "old"))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContainingAll("weights.pt", "'b.x'", "'a.x'", "'old'", "mixes two namings");
    }

    @Test
    void blocksMustBeNumberedWithoutAGapAndComplete() {
        assertThat(match(BLOCKS, "cls", "blocks.0.w", "blocks.0.b", "blocks.1.w", "blocks.1.b")
                        .missing())
                .isEmpty();
        assertThat(match(BLOCKS, "cls", "blocks.0.w", "blocks.0.b", "blocks.2.w")
                        .missing())
                .containsExactly("blocks.1.w", "blocks.1.b", "blocks.2.b");
        assertThat(match(BLOCKS, "cls").missing()).containsExactly("blocks.0.w", "blocks.0.b");
        assertThat(match(BLOCKS, "cls", "blocks.0.w", "blocks.0.b", "blocks.x.w", "blocks.-1.w")
                        .missing())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999", "99999999999999999999", "2147483648"})
    void aBoldBlockNumberDoesNotMakeAnEndlessList(String number) {
        assertThat(match(BLOCKS, "cls", "blocks." + number + ".w").missing())
                .isNotEmpty()
                .hasSizeLessThan(2000);
    }

    @Test
    void metadataOfTheModelAreCarriedAndTheOthersAreNot() {
        NamesOnly file = new NamesOnly(List.of("cls", "a.special"), Map.of("cfg.layers", "12", "epoch", "30"));
        KeyMatch match = MAP.match(file, false).orElseThrow();
        assertThat(match.carried(file)).containsExactly(Map.entry("cfg.layers", "12"));
    }

    @Test
    void theViewHasTheModelsNamesAndRemembersTheNaming() {
        NamesOnly file = NamesOnly.of("model.cls", "model.a.special", "head.w");
        Checkpoint view = MAP.match(file, false).orElseThrow().view(file, "kind");
        assertThat(view.names()).containsExactly("cls", "exact", "head.w");
        assertThat(view.has("exact")).isTrue();
        assertThat(view.has("model.cls")).isFalse();
        assertThat(view.stored("exact")).isEqualTo("model.a.special");
        assertThat(view.stored("b.x"))
                .as("what is not there, as the file would name it")
                .isEqualTo("model.a.x");
        assertThat(view.metadata()).containsEntry(KeyMatch.ENCODER, "kind").containsEntry(KeyMatch.NAMING, "test");
        NamesOnly converted = new NamesOnly(List.of("cls", "a.special"), Map.of(KeyMatch.NAMING, "the first"));
        assertThat(MAP.match(converted, false)
                        .orElseThrow()
                        .view(converted, "kind")
                        .metadata())
                .containsEntry(KeyMatch.NAMING, "the first");
    }

    /** Whatever the names, each ends up in exactly one list and no two are taken under one name. */
    @Property
    void everyNameIsAccountedForOnce(
            @ForAll Set<@CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 4) String> names) {
        KeyMap map = KeyMap.named("any", "ab")
                .rename("ab", "ba")
                .drop("aa", "no")
                .rename("b", "a")
                .rename("", "");
        Optional<KeyMatch> found;
        try {
            found = map.match(new NamesOnly(List.copyOf(names), Map.of()), false);
        } catch (UnusableCheckpointException e) {
            assertThat(e).hasMessageContaining("two tensors");
            return;
        }
        assertThat(found.isPresent()).isEqualTo(names.contains("ab"));
        found.ifPresent(match -> {
            List<String> all = new ArrayList<>(kept(match));
            all.addAll(renamed(match).keySet());
            all.addAll(match.dropped().keySet());
            assertThat(all).containsExactlyInAnyOrderElementsOf(names);
            assertThat(match.taken().values()).doesNotHaveDuplicates();
        });
    }

    /** The tensors that keep the file's name. */
    private static List<String> kept(KeyMatch match) {
        return match.taken().entrySet().stream()
                .filter(e -> e.getKey().equals(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** New names by the file's names, of tensors whose name changes. */
    private static Map<String, String> renamed(KeyMatch match) {
        Map<String, String> renamed = new LinkedHashMap<>();
        match.taken().forEach((to, from) -> {
            if (!to.equals(from)) {
                renamed.put(from, to);
            }
        });
        return renamed;
    }
}
