package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.json.JsonFields;
import org.unmute.files.InputException;

/** Lists in fields, and JSON. */
class ListReadersTest {
    @Test
    void listsAsExportsWriteThem() {
        assertThat(NestedList.list("[[0.5, 1.2], [3, 4.]]"))
                .isEqualTo(List.of(List.of("0.5", "1.2"), List.of("3", "4.")));
        assertThat(NestedList.list("[array([0.5, 1.2]) array([3. , 4. ], dtype=float32)]"))
                .isEqualTo(List.of(List.of("0.5", "1.2"), List.of("3.", "4.")));
        assertThat(NestedList.list("[list([1]), array([], dtype=object)]".replace("list(", "array(")))
                .isEqualTo(List.of(List.of("1"), List.of()));
        assertThat(NestedList.list("[[1.5 2.5]\n [3.5 4.5]]"))
                .isEqualTo(List.of(List.of("1.5", "2.5"), List.of("3.5", "4.5")));
        assertThat(NestedList.texts("['a, b' \"c'd\"]")).containsExactly("a, b", "c'd");
        assertThat(NestedList.texts("[None]")).isEmpty();
        assertThat(NestedList.texts(" ")).isEmpty();
        assertThat(NestedList.texts("nan")).isEmpty();
        assertThat(NestedList.texts("a, b;c")).containsExactly("a", "b", "c");
        assertThat(NestedList.numbers(List.of("1", "2.", "-3e1"))).containsExactly(1, 2, -30);
    }

    @Test
    void whatIsNoListIsRefused() {
        String[][] cases = {
            {"[1, 2", "ends too early"},
            {"[1, ]", "an element is missing"},
            {"['a", "never closed"},
            {"[1] 2", "text after the list"},
            {"[array(1)]", "an array holds a list"},
            {"[array([1], [2])]", "an array holds one list"},
            {"[(1, 2)]", "unexpected '('"},
            {"[".repeat(9) + "]".repeat(9), "deeper than 8"},
            {"[array([1]", "ends too early"},
            {"[array([1], dtype=x", "ends too early"}
        };
        for (String[] c : cases) {
            assertThatThrownBy(() -> NestedList.list(c[0]))
                    .as(c[0])
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(c[1]);
        }
        assertThatThrownBy(() -> NestedList.texts("a,,b")).hasMessageContaining("an empty element");
        assertThatThrownBy(() -> NestedList.texts("[[1]]")).hasMessageContaining("a list within a list");
        assertThatThrownBy(() -> NestedList.number("NaN")).hasMessageContaining("not a finite number");
        assertThatThrownBy(() -> NestedList.number(List.of())).hasMessageContaining("not a finite number: '[]'");
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.strings()
                .withChars('a', 'ü', ',', ' ', '[', ']', ';', '(')
                .ofMinLength(1)
                .ofMaxLength(5)
                .filter(s -> !s.equals("nan"))
                .list()
                .ofMaxSize(5);
    }

    @Property
    void quotedNamesComeBack(@ForAll @From("names") List<String> names) {
        assertThat(NestedList.texts(names.stream().map(n -> "'" + n + "'").collect(Collectors.joining(", ", "[", "]"))))
                .isEqualTo(names);
        assertThat(NestedList.texts(names.stream().map(n -> '"' + n + '"').collect(Collectors.joining(" ", "[", "]"))))
                .isEqualTo(names);
    }

    @Property
    void anyTextIsAListOrRefused(@ForAll @From("fragments") String text) {
        try {
            assertThat(NestedList.list(text)).isNotNull();
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("not a list: ");
        }
    }

    @Provide
    Arbitrary<String> fragments() {
        return Arbitraries.of("[", "]", "array(", ")", ",", " ", "'", "\"", "dtype=", "1", "a", "\n")
                .list()
                .ofMaxSize(12)
                .map(l -> String.join("", l));
    }

    private static JsonFields json(String text) throws IOException {
        return json(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonFields json(byte[] text) throws IOException {
        Path file = Files.createTempFile("tree", ".jams");
        try {
            Files.write(file, text);
            return JsonFields.read(file);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void readsJson() throws IOException {
        JsonFields read = json("\uFEFF {\"a\": [{\"x\": -0.5e1, \"y\": true}], \"b\": {\"\\u00e4\\n\": \"\\\"\"}}\n");
        assertThat(read.objects("a").getFirst().number("x")).isEqualTo(-5);
        assertThat(read.objects("a").getFirst().flag("y")).isTrue();
        assertThat(read.object("b").text("ä\n")).isEqualTo("\"");
        assertThatThrownBy(() -> json("null")).hasMessageContaining("a JSON object is expected");
        String[][] cases = {
            {"{\"a\" 1}", "colon"},
            {"{a: 1}", "double-quote to start field name"},
            {"[1 2]", "comma"},
            {"[01]", "Leading zeroes"},
            {"[\"\\x\"]", "Unrecognized character escape"},
            {"[\"\\u12g4\"]", "expected a hex-digit"},
            {"[\"a\nb\"]", "Illegal unquoted character"},
            {"[tru]", "Unrecognized token 'tru'"},
            {"[1,]", "expected a valid value"},
            {"{\"a\":1,}", "double-quote to start field name"},
            {"{\"a\":1,\"a\":2}", "Duplicate field 'a'"},
            {"{} {}", "Trailing token"}
        };
        for (String[] c : cases) {
            assertThatThrownBy(() -> json(c[0]))
                    .as(c[0])
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(": broken JSON: ")
                    .hasMessageContaining(c[1]);
        }
        assertThatThrownBy(() -> json("[1,\n2,\nx]")).hasMessageContaining(":3: broken JSON");
        assertThatThrownBy(() -> json(new byte[] {'"', (byte) 0xE4, '"'})).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> json(new byte[(16 << 20) + 1])).hasMessageContaining("at most 16777216 are read");
    }

    /**
     * An AudioSet list with a changed, inserted or missing byte either yields clips or is rejected with our own
     * message.
     */
    @Property
    void mutatedSegmentsAreReadOrRefused(
            @ForAll @IntRange(max = 1000) int place, @ForAll byte value, @ForAll @IntRange(max = 2) int kind)
            throws IOException {
        byte[] bytes = ("# Segments csv\r\n"
                        + "# YTID, start_seconds, end_seconds, positive_labels\r\n"
                        + "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\"\r\n"
                        + "--ZhevVpy1s, 50.000, 60.000, \"/m/012xff\"\r\n")
                .getBytes(StandardCharsets.UTF_8);
        int at = place % bytes.length;
        byte[] changed = kind == 0 ? bytes.clone() : Arrays.copyOf(bytes, kind == 1 ? at + 1 : bytes.length + 1);
        if (kind == 2) {
            System.arraycopy(bytes, at, changed, at + 1, bytes.length - at);
        }
        changed[at] = value;
        Path root = Files.createTempDirectory("segments");
        Path list = root.resolve("eval_segments.csv");
        Tree tree = new Tree(root);
        tree.text("--PJHxphWEs.wav", "recording");
        tree.text("--ZhevVpy1s.wav", "recording");
        try {
            Files.write(list, changed);
            Reading reading = tree.read("as20k", Part.TEST, ReadOptions.DEFAULT.withMaxMissing(1));
            assertThat(reading.clips())
                    .hasSizeBetween(1, 2)
                    .allMatch(c -> c.audio().path().getParent().equals(root));
        } catch (MalformedTableException e) {
            assertThat(e).hasMessageStartingWith(list.toString());
        } catch (DatasetException e) {
            assertThat(e).hasMessageStartingWith("dataset as20k: ");
        } finally {
            Files.delete(list);
            Files.delete(root.resolve("--PJHxphWEs.wav"));
            Files.delete(root.resolve("--ZhevVpy1s.wav"));
            Files.delete(root);
        }
    }
}
