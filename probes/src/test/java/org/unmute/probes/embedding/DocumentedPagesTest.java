package org.unmute.probes.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.Wav;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.Npy;

/**
 * The code of pages that explain in small steps: the blocks of a section are compiled as one method and run, and each
 * must print the {@code text} block that follows it. A block after a link to a file is that file.
 */
class DocumentedPagesTest {
    private static final Pattern BLOCK =
            Pattern.compile("^```(java|text)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("\\[`[^`]+`]\\(([^)]+\\.java)\\):?\\R\\R$");

    @TempDir
    private Path folder;

    /** What a piece of code should print; empty if no text follows it. */
    private record Piece(String code, String output) {}

    @ParameterizedTest
    @CsvSource({"docs/tensor.md, 13", "docs/front-ends.md, 3"})
    void whatThePageSaysIsWhatItsCodeDoes(String page, int pieces) throws Exception {
        Path path = Modules.root().resolve(page);
        StringBuilder imports = new StringBuilder();
        StringBuilder source = new StringBuilder(HEAD);
        List<String> expected = new ArrayList<>();
        String[] sections = Files.readString(path).split("(?m)^## ");
        int methods = 0;
        for (String section : sections) {
            StringBuilder body = new StringBuilder();
            for (Piece piece : pieces(path, section)) {
                if (piece.code.startsWith("import ")) {
                    imports.append(piece.code);
                } else {
                    body.append(piece.code).append("end();\n");
                    expected.add(piece.output);
                }
            }
            expected.add("");
            methods++;
            source.append("static void section" + methods + "(java.nio.file.Path folder) throws Exception {\n")
                    .append(body)
                    .append("end();\n}\n");
        }
        assertThat(expected).hasSizeGreaterThan(pieces + methods - 1);
        // The pages name the backend of most machines.
        String backend = Backends.current().name();
        List<String> printed = run(imports.append(source).append("}\n").toString(), methods);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(printed.get(i))
                    .as("%s, piece %d", page, i + 1)
                    .isEqualTo(expected.get(i).replaceAll("\\bvector\\b", backend));
        }
    }

    private static final String HEAD = """
        public final class Page {
            static final java.io.ByteArrayOutputStream BYTES = new java.io.ByteArrayOutputStream();
            static final java.io.PrintStream OUT = new java.io.PrintStream(BYTES, true, \
        java.nio.charset.StandardCharsets.UTF_8);
            public static final java.util.List<String> PRINTED = new java.util.ArrayList<>();

            static void end() {
                PRINTED.add(BYTES.toString(java.nio.charset.StandardCharsets.UTF_8));
                BYTES.reset();
            }
        """;

    private static List<Piece> pieces(Path page, String section) throws IOException {
        List<Piece> pieces = new ArrayList<>();
        for (MatchResult block : BLOCK.matcher(section).results().toList()) {
            String text = block.group(2);
            List<String> files = FILE.matcher(section.substring(0, block.start()))
                    .results()
                    .map(r -> r.group(1))
                    .toList();
            if (!files.isEmpty()) {
                assertThat(text).isEqualTo(Files.readString(page.resolveSibling(files.getLast())));
            } else if (block.group(1).equals("java")) {
                pieces.add(new Piece(text, ""));
            } else {
                Piece before = pieces.removeLast();
                assertThat(before.output).as("one text after " + before.code).isEmpty();
                pieces.add(new Piece(before.code, text));
            }
        }
        return pieces;
    }

    private List<String> run(String source, int methods) throws Exception {
        Class<?> page = compiled("Page", source.replace("System.out", "OUT"));
        for (int i = 1; i <= methods; i++) {
            Method section = page.getDeclaredMethod("section" + i, Path.class);
            section.setAccessible(true);
            section.invoke(null, folder);
        }
        return ((List<?>) page.getField("PRINTED").get(null))
                .stream().map(Object::toString).toList();
    }

    private Class<?> compiled(String name, String source) throws Exception {
        Path file = folder.resolve(name.substring(name.lastIndexOf('.') + 1) + ".java");
        Files.writeString(file, source);
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        out,
                        out,
                        "-Xlint:all",
                        "-Werror",
                        "-implicit:none",
                        "--release",
                        "25",
                        "-cp",
                        Modules.path(),
                        "-d",
                        folder.toString(),
                        file.toString());
        assertThat(status).as(said.toString()).isZero();
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader()).loadClass(name);
    }

    private String output(String example, Path... arguments) throws Exception {
        String source = Files.readString(Modules.root().resolve("docs/examples/example/" + example + ".java"));
        String opening = "public final class " + example + " {\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Class<?> type = compiled(
                "example." + example,
                source.replace("System.out.", "OUT.")
                        .replace(opening, opening + "public static java.io.PrintStream OUT;\n"));
        type.getField("OUT").set(null, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String[] texts = Arrays.stream(arguments).map(Path::toString).toArray(String[]::new);
        type.getMethod("main", String[].class).invoke(null, (Object) texts);
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /** Numbers are compared in the module models. */
    @Test
    void threeSpectrogramsAreWritten() throws Exception {
        Path clip = folder.resolve("clip.wav");
        Wav.write(clip, new float[22_050], 44_100); // half a second
        assertThat(output("Spectrograms", clip, folder)).isEmpty();
        assertThat(Npy.read(folder.resolve("kaldi.npy")).shape()).isEqualTo(Shape.of(48, 80));
        assertThat(Npy.read(folder.resolve("torchaudio.npy")).shape()).isEqualTo(Shape.of(44, 64));
        assertThat(Npy.read(folder.resolve("librosa.npy")).shape()).isEqualTo(Shape.of(22, 128));
    }

    /** The statement of docs/tensor.md: at least 95 %. */
    @Test
    void theNetworkLearnsItsSpirals() throws Exception {
        Path saved = folder.resolve("network.safetensors");
        String line = output("TrainNetwork", saved);
        assertThat(line).startsWith("accuracy on new points: ");
        assertThat(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .as(line)
                .isGreaterThanOrEqualTo(0.95);
        assertThat(saved).exists();
    }
}
