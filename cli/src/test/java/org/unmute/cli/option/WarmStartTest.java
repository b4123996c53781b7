package org.unmute.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WarmStartTest {
    private static boolean isOfUse(String line) {
        return WarmStart.isOfUse(List.of(line.split(" ")));
    }

    @Test
    void onlyCommandsThatEncodeOnTheProcessorAreWarmedUp() {
        assertThat(isOfUse("embed --encoder a.safetensors --audio b --out c")).isTrue();
        assertThat(isOfUse("tag --device cpu a.wav")).isTrue();
        assertThat(isOfUse("tag --backend=vector a.wav")).isTrue();
        assertThat(isOfUse("embed --device opencl:1 --out c")).isFalse();
        assertThat(isOfUse("embed --device=cuda --out c")).isFalse();
        assertThat(isOfUse("embed --backend scalar")).isFalse();
        assertThat(isOfUse("embed --out c --device")).isFalse();
        assertThat(isOfUse("embed --help")).isFalse();
        assertThat(isOfUse("embed --audio b --out c --dry-run")).isFalse();
        assertThat(isOfUse("encoders")).isFalse();
        assertThat(WarmStart.isOfUse(List.of())).isFalse();
    }
}
