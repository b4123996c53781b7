package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversion of URIs to paths and back. */
class UriPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hdfs://node:8020/a b/c.wav",
                "s3a://bucket/a//b.wav",
                "file:/data/_folders_/Zaunkönig ♪ 😀.flac",
                "file:/a/%41%2F.wav",
                "file:/a/x#1-2?y.wav",
                "file:/a/back\\slash\nline\u0000nul.wav",
                "s3a://bucket/ends/with/",
                "/",
                "//x"
            })
    void everyUriComesBack(String uri) {
        Path path = UriPath.of(uri);
        assertThat(UriPath.uri(path)).isEqualTo(uri);
        assertThat(path.toString()).matches("\\p{Print}+");
    }

    @Property
    void everyTextComesBackAndNoTwoAreThatOfOne(@ForAll @NotEmpty String a, @ForAll @NotEmpty String b) {
        // An unpaired surrogate cannot be encoded in UTF-8 and so never occurs in a URI.
        String first = a.replaceAll("[\uD800-\uDFFF]", "");
        String second = b.replaceAll("[\uD800-\uDFFF]", "");
        assertThat(UriPath.uri(UriPath.of("x" + first))).isEqualTo("x" + first);
        assertThat(UriPath.of("x" + first).equals(UriPath.of("x" + second))).isEqualTo(first.equals(second));
    }

    @Test
    void whatIsPlainStaysReadable() {
        assertThat(UriPath.of("s3a://bucket/a b/day.wav").toString()).isEqualTo("s3a:/%2Fbucket/a b/day.wav");
    }
}
