package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The script {@code .ci/release} up to where Maven builds, with a stub of Maven. */
class ReleaseScriptTest extends ScriptTree {
    @Test
    void aReleaseTakesTheProjectsJdkAndLeavesNothingIfItFails() throws Exception {
        write("pom.xml", "<artifactId>unmute</artifactId>\n<version>7-SNAPSHOT</version>\n");
        write(".mvn/checksums/checksums.sha256", "");
        makeRepository();
        for (String tool : List.of("gpg", "zip")) {
            assertThat(write("../bin/" + tool, "#!/bin/sh\n").toFile().setExecutable(true))
                    .isTrue();
        }
        for (int run = 1; run <= 2; run++) {
            write("ends-" + run, "1");
            Ended ended = run(".ci/release");
            assertThat(ended.said()).contains("building 7").doesNotContain("is there already");
            assertThat(ended.status()).isEqualTo(1);
            assertThat(tree.resolve("target/release")).doesNotExist();
            Files.createDirectories(tree.resolve("target/other"));
        }
        run(".ci/release", "--out", "target/other"); // an empty folder
        assertThat(Files.readAllLines(tree.resolve("homes")))
                .hasSize(3)
                .containsOnly(folder.resolve("jdk").toString());
        write("target/other/mine.txt", "");
        Ended refused = run(".ci/release", "--out", "target/other");
        assertThat(refused.said()).contains("target/other is there already, and not an empty folder");
        assertThat(refused.status()).isEqualTo(2);
    }
}
