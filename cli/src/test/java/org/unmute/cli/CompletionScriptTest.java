package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The completion, run by bash as it does on a tab. No {@code unmute} is on the PATH: completion starts nothing. */
class CompletionScriptTest {
    /** Completes each line of words, of which the last may be empty, and prints the replies between signs. */
    private static final String DRIVER = """
        . "$1"
        compopt() { :; }
        while IFS= read -r line; do
            IFS='|' read -r -a COMP_WORDS <<<"$line|"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_LINE="${COMP_WORDS[*]}"
            COMPREPLY=()
            _complete_unmute
            (IFS=' '; printf '%s\\n' "${COMPREPLY[*]}")
        done
        """;

    @TempDir
    Path folder;

    @BeforeEach
    void writeScript() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
        Files.writeString(folder.resolve("driver.bash"), DRIVER);
        Files.writeString(folder.resolve("unmute.bash"), CompletionScript.bash());
    }

    /** What bash offers for lines of words separated by bars. */
    private List<String> complete(List<String> lines) throws Exception {
        Path asked = Files.write(folder.resolve("asked"), lines);
        Process process = new ProcessBuilder(
                        "/bin/bash",
                        folder.resolve("driver.bash").toString(),
                        folder.resolve("unmute.bash").toString())
                .directory(folder.toFile())
                .redirectInput(asked.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> replies =
                new String(process.getInputStream().readAllBytes()).lines().toList();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(replies).hasSameSizeAs(lines);
        return replies;
    }

    private String complete(String line) throws Exception {
        return complete(List.of(line)).getFirst();
    }

    @Test
    void everyOptionWithValuesOffersThemAndTakesThem() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        for (Map.Entry<String, CommandLine> command :
                Main.commandLine().getSubcommands().entrySet()) {
            for (OptionSpec option : command.getValue().getCommandSpec().options()) {
                if (option.completionCandidates() != null && !option.hidden()) {
                    List<String> values = CompletionScript.values(option);
                    String last = values.getLast();
                    for (String name : option.names()) {
                        String line = "unmute|" + command.getKey() + "|" + name + "|";
                        expected.put(line, String.join(" ", values));
                        expected.put(line + "=|" + last, last);
                        if (",".equals(option.splitRegex())) {
                            expected.put(line + values.getFirst() + "," + last, values.getFirst() + "," + last);
                        }
                    }
                    requireTaken(option, values);
                }
            }
        }
        List<String> lines = List.copyOf(expected.keySet());
        List<String> replies = complete(lines);
        assertThat(lines).hasSizeGreaterThan(100);
        for (int i = 0; i < lines.size(); i++) {
            List<String> offered = Arrays.asList(replies.get(i).split(" "));
            assertThat(offered)
                    .as(lines.get(i))
                    .containsAll(List.of(expected.get(lines.get(i)).split(" ")));
            if (lines.get(i).endsWith("|")) {
                assertThat(replies.get(i)).as(lines.get(i)).isEqualTo(expected.get(lines.get(i)));
            }
        }
    }

    /** Constants are offered in lower case. */
    private static void requireTaken(OptionSpec option, List<String> values) {
        for (Class<?> type : option.auxiliaryTypes()) {
            if (type.isEnum()) {
                assertThat(values).allMatch(v -> v.equals(v.toLowerCase(java.util.Locale.ROOT)));
                List<String> constants = new ArrayList<>();
                Arrays.stream(type.getEnumConstants()).forEach(c -> constants.add(((Enum<?>) c).name()));
                assertThat(values).allMatch(v -> constants.stream().anyMatch(v::equalsIgnoreCase));
            }
        }
    }

    @Test
    void wordsOfOptionsAreNotMixedUp() throws Exception {
        assertThat(complete("unmute|probe|--probe|").split(" "))
                .contains("protobin", "linear")
                .doesNotContain("any");
        assertThat(complete("unmute|probe|--shot-condition|")).isEqualTo("lenient strict any");
        assertThat(complete("unmute|detect|--format|ra")).isEqualTo("raven");
        assertThat(complete("unmute|detect|--format|csv,ra")).isEqualTo("csv,raven");
        assertThat(complete("unmute|detect|--format|=|ra")).isEqualTo("raven");
        assertThat(complete("unmute|detect|--format|=").split(" ")).contains("csv", "raven");
        assertThat(complete("unmute|det")).isEqualTo("detect");
        assertThat(complete("unmute|detect|--strid")).isEqualTo("--stride");
        Files.createFile(folder.resolve("eat.safetensors"));
        for (String option : List.of("--encoder", "--probe", "--audio", "--out", "--threshold")) {
            assertThat(complete("unmute|detect|" + option + "|ea")).as(option).isEqualTo("eat.safetensors");
        }
    }
}
