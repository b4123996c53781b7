package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmute.cli.Checkout;
import org.unmute.cli.build.Pom.Artifact;

/** Every external artifact that the POMs use is documented, and its checksum is recorded. */
class DependenciesTest {
    /** A line in the format of {@code sha256sum}. */
    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{64}  ([\\w.+-]+/)+[\\w.+-]+\\.(jar|pom)");

    private static List<String> lines(String file) throws Exception {
        return Files.readAllLines(Checkout.root().resolve(file));
    }

    private static List<String> recorded() throws Exception {
        return lines(".mvn/checksums/checksums.sha256");
    }

    @Test
    void eachIsDescribedWithItsVersion() throws Exception {
        List<String> rows = lines("docs/dependencies.md").stream()
                .filter(line -> line.startsWith("|"))
                .toList();
        List<String> missing = new ArrayList<>();
        for (Pom pom : Pom.all()) {
            if (pom.file().startsWith(Path.of("docs"))) {
                continue; // an example for other projects
            }
            for (Artifact artifact : pom.artifacts()) {
                String version = "| " + artifact.version() + " |";
                if (rows.stream().noneMatch(row -> row.contains("`" + artifact + "`") && row.contains(version))) {
                    missing.add(pom.file() + " has " + artifact + " " + artifact.version());
                }
            }
        }
        assertThat(missing)
                .as("docs/dependencies.md needs a row for each, with `group:artifact` and | version |")
                .isEmpty();
    }

    @Test
    void theChecksumOfEachIsRecorded() throws Exception {
        Set<String> recorded =
                recorded().stream().map(line -> line.substring(66)).collect(Collectors.toSet());
        List<String> missing = new ArrayList<>();
        for (Pom pom : Pom.all()) {
            for (Artifact artifact : pom.artifacts()) {
                if (!recorded.contains(artifact.path())) {
                    missing.add(pom.file() + " has " + artifact.path());
                }
            }
        }
        assertThat(missing).as("run .mvn/record-checksums").isEmpty();
    }

    @Test
    void theListIsSortedAndNamesEachFileOnce() throws Exception {
        List<String> recorded = recorded();
        assertThat(recorded).hasSizeGreaterThan(100).allMatch(CHECKSUM.asMatchPredicate());
        assertThat(recorded.stream().map(line -> line.substring(66)))
                .isSortedAccordingTo(Comparator.naturalOrder())
                .doesNotHaveDuplicates()
                .noneMatch(path -> path.contains("SNAPSHOT") || path.contains(".."));
    }

    @Test
    void noPomNamesARepository() throws Exception {
        for (Pom pom : Pom.all()) {
            assertThat(Files.readString(Checkout.root().resolve(pom.file())))
                    .as("where libraries come from is the business of the machine that builds: %s", pom.file())
                    .doesNotContain("<repositories>", "<pluginRepositories>");
        }
    }
}
