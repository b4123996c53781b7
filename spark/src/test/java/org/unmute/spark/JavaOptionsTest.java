package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/**
 * Spark gives driver and executor JVMs the options that it and the Vector API need; this module adds none. Tests run in
 * a JVM with the same options, from {@code unmute.spark.options} in the root {@code pom.xml}.
 */
class JavaOptionsTest {
    @Test
    void testsRunWithTheOptionsOfSpark() {
        List<String> options =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        assertThat(options)
                .containsAll(Stream.of(JavaModuleOptions.defaultModuleOptionArray())
                        .map(String::strip)
                        .filter(option -> !option.isEmpty())
                        .toList());
    }

    @Test
    void sparkLoadsTheVectorApiAndAllowsNativeAccess() {
        assertThat(Set.of(JavaModuleOptions.defaultModuleOptionArray()))
                .contains("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
    }
}
