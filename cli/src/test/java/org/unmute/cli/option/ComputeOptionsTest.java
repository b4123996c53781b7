package org.unmute.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ComputeOptionsTest {
    private static ComputeOptions parsed(String... args) {
        ComputeOptions options = new ComputeOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        return options;
    }

    @Test
    void digestsAreKeptUnlessThatIsSwitchedOff() {
        assertThat(parsed("--no-digest-cache").digests().folder()).isNull();
        assertThat(parsed().digests().folder()).isNotNull();
    }
}
