package org.unmute.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.files.fixture.Mutation;
import org.unmute.tensor.Shape;

class SafetensorsMalformedTest {
    private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path folder;

    static List<Arguments> broken() {
        String longName = "n".repeat(513);
        return List.of(
                rule("too-short", new byte[7]),
                rule("header-too-short", file(1, "{", 0)),
                rule("header-too-long", file(100_000_001, "{}", 0)),
                rule("header-too-long", file(-1, "{}", 0)),
                rule("header-past-end", file(3, "{}", 0)),
                rule("header-start", file(" {}", 0)),
                rule("bad-utf8", latin1("{\"\u00ff\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)),
                rule("bad-utf8", latin1("{\"__metadata__\":{\"k\":\"\u00c0\u0080\"}}", 0)),
                rule("duplicate-key", file("{" + A + "," + A + "}", 8)),
                rule(
                        "duplicate-key",
                        file(
                                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],"
                                        + "\"data_offsets\":[0,8]}}",
                                8)),
                rule("duplicate-key", file("{\"__metadata__\":{\"k\":\"1\",\"\\u006b\":\"2\"}}", 0)),
                rule("too-deep", file("{\"a\":{\"extra\":[[[[[[[1]]]]]]]}}", 0)),
                rule("unknown-dtype", tensor("\"F31\"", "[2]", "[0,8]", 8)),
                rule("unknown-dtype", tensor("\"f32\"", "[2]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[-2]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[2.0]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[2e0]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[9007199254740993]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[99999999999999999999999]", "[0,8]", 8)),
                rule("bad-number", tensor("\"F32\"", "[2]", "[-0,8]", 8)),
                rule("too-many-axes", tensor("\"F32\"", "[2,1,1,1,1,1,1,1,1]", "[0,8]", 8)),
                rule("shape-overflow", tensor("\"F32\"", "[4294967296,4294967296]", "[0,8]", 8)),
                rule("bad-offsets", tensor("\"F32\"", "[2]", "[8]", 8)),
                rule("bad-offsets", tensor("\"F32\"", "[2]", "[0,8,16]", 8)),
                rule("offsets-reversed", tensor("\"F32\"", "[2]", "[8,0]", 8)),
                rule("size-mismatch", tensor("\"F32\"", "[3]", "[0,8]", 8)),
                rule("size-mismatch", tensor("\"F16\"", "[2]", "[0,8]", 8)),
                rule(
                        "overlap",
                        file("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2]," + "\"data_offsets\":[4,12]}}", 12)),
                rule("overlap", file("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)),
                rule("hole", file("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}", 20)),
                rule("hole", tensor("\"F32\"", "[2]", "[4,12]", 12)),
                rule("data-past-end", tensor("\"F32\"", "[2]", "[0,8]", 7)),
                rule("trailing-bytes", tensor("\"F32\"", "[2]", "[0,8]", 9)),
                rule("trailing-bytes", file("{}", 1)),
                rule(
                        "name-too-long",
                        file(
                                "{\"" + longName + "\":{\"dtype\":\"F32\",\"shape\":[2]," + "\"data_offsets\":[0,8]}}",
                                8)),
                rule(
                        "name-control-character",
                        file("{\"a\\u0000\":{\"dtype\":\"F32\",\"shape\":[2]," + "\"data_offsets\":[0,8]}}", 8)),
                rule("missing-field", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8)),
                rule("metadata-not-text", file("{\"__metadata__\":{\"k\":1}}", 0)),
                rule("wrong-kind", file("{\"a\":1}", 0)),
                rule("wrong-kind", tensor("4", "[2]", "[0,8]", 8)),
                rule("wrong-kind", tensor("\"F32\"", "{}", "[0,8]", 8)),
                rule("wrong-kind", tensor("\"F32\"", "[\"2\"]", "[0,8]", 8)),
                rule("bad-json", file("{" + A + "} x", 8)),
                rule("bad-json", file("{" + A + ",}", 8)),
                rule("bad-json", file("{" + A, 8)),
                rule("bad-json", tensor("\"F32\"", "[02]", "[0,8]", 8)),
                rule("bad-json", tensor("\"F32\"", "[2,]", "[0,8]", 8)),
                rule("bad-json", file("{\"a\n\":1}", 0)),
                rule("bad-json", file("{\"\\ud800\":1}", 0)),
                rule("bad-json", file("{\"\\udc00x\":1}", 0)),
                rule("bad-json", file("{\"\\x\":1}", 0)),
                rule("bad-json", file("{\"\\u00g0\":1}", 0)));
    }

    private static Arguments rule(String rule, byte[] bytes) {
        return Arguments.of(rule, bytes);
    }

    private static byte[] tensor(String dtype, String shape, String offsets, int dataBytes) {
        return file(
                "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}",
                dataBytes);
    }

    private static byte[] file(String json, int dataBytes) {
        return file(json.getBytes(StandardCharsets.UTF_8).length, json, dataBytes);
    }

    private static byte[] file(long headerLength, String json, int dataBytes) {
        return bytes(headerLength, json.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    private static byte[] latin1(String json, int dataBytes) {
        return bytes(json.length(), json.getBytes(StandardCharsets.ISO_8859_1), dataBytes);
    }

    private static byte[] bytes(long headerLength, byte[] json, int dataBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .array());
        out.writeBytes(json);
        out.writeBytes(new byte[dataBytes]);
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0} #{index}")
    @MethodSource("broken")
    void aBrokenRuleIsNamed(String rule, byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("broken.safetensors"), bytes);
        long before = AllocatedBytes.now();
        MalformedFileException e = catchThrowableOfType(
                MalformedFileException.class, () -> SafetensorsFile.open(path).close());
        assertThat(AllocatedBytes.now() - before).isLessThan(16L << 20);
        assertThat(e).isNotNull();
        assertThat(e.rule()).isEqualTo(rule);
        assertThat(e.offset()).isBetween(0L, (long) bytes.length);
        assertThat(e).hasMessageStartingWith(path + ": " + rule + " at byte " + e.offset());
    }

    @Test
    void theMessageNamesTheTensor() throws IOException {
        Path path = Files.write(folder.resolve("b.safetensors"), tensor("\"F32\"", "[3]", "[0,8]", 8));
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .hasMessageContainingAll("tensor 'a'", "F32 [3] needs 12 bytes, but data_offsets span 8")
                .isInstanceOfSatisfying(MalformedFileException.class, e -> {
                    assertThat(e.tensor()).contains("a");
                    assertThat(e.file()).isEqualTo(path.toString());
                });
    }

    @Test
    void limitsAreTheCallers() throws IOException {
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("aa", Shape.of(1, 1), new float[1])
                .add("bb", Shape.of(1), new float[1])
                .write(path);
        LoadLimits d = LoadLimits.DEFAULT;
        assertRule("header-too-long", path, new LoadLimits(100, 9, 8, 9, 8, 0));
        assertRule("too-many-tensors", path, new LoadLimits(d.headerBytes(), 1, 8, 9, 8, 0));
        assertRule("too-many-axes", path, new LoadLimits(d.headerBytes(), 9, 1, 9, 8, 0));
        assertRule("name-too-long", path, new LoadLimits(d.headerBytes(), 9, 8, 1, 8, 0));
        assertRule("too-deep", path, new LoadLimits(d.headerBytes(), 9, 8, 9, 1, 0));
        SafetensorsFile.open(path, new LoadLimits(d.headerBytes(), 2, 2, 2, 3, 0))
                .close();
        assertThatThrownBy(() -> new LoadLimits(1, 1, 9, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRule(String rule, Path path, LoadLimits limits) {
        assertThatThrownBy(() -> SafetensorsFile.open(path, limits))
                .isInstanceOfSatisfying(
                        MalformedFileException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    @Test
    void unusualButValidHeadersAreRead() throws IOException {
        Path path = folder.resolve("a.safetensors");
        Files.write(
                path,
                file(
                        "{ \"b\" :"
                                + " {\"shape\":[],\"extra\":[1.5e3,{\"x\":null}],"
                                + "\"data_offsets\":[8,12],\"dtype\":\"F32\"},\n"
                                + "\"\\u00e9\\ud83d\\ude00\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"
                                + ",\"none\":{\"dtype\":\"F64\",\"shape\":[0,3],\"data_offsets\":[8,8]}}"
                                + "   ",
                        12));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("b", "é😀", "none");
            assertThat(file.floats("b")).hasSize(1);
            assertThat(file.doubles("none")).isEmpty();
        }
    }

    @Provide
    Arbitrary<List<Mutation>> mutations() {
        return Mutation.several();
    }

    /**
     * The contents of an accepted file must agree with an independent JSON parser. Only the declared exception may be
     * thrown.
     */
    @Property
    void aDamagedFileIsReadRightOrRefused(@ForAll("mutations") List<Mutation> mutations) throws IOException {
        byte[] bytes = Mutation.applyAll(mutations, valid());
        Path path = Files.createTempFile("unmute", ".safetensors");
        try {
            Files.write(path, bytes);
            long before = AllocatedBytes.now();
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                compare(file, bytes);
            } catch (MalformedFileException e) {
                assertThat(e.rule()).isNotBlank();
            }
            assertThat(AllocatedBytes.now() - before).isLessThan(64L << 20);
        } finally {
            Files.delete(path);
        }
    }

    private static byte[] valid() {
        return file(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                        + "\"h\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[24,28]},"
                        + "\"i\":{\"dtype\":\"I64\",\"shape\":[1,2],\"data_offsets\":[28,44]},"
                        + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[44,45]}} ",
                45);
    }

    private static void compare(SafetensorsFile file, byte[] bytes) throws IOException {
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = new ObjectMapper()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(bytes, 8, length);
        int tensors = 0;
        for (var entry : header.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                assertThat(file.metadata()).hasSize(entry.getValue().size());
                continue;
            }
            tensors++;
            StoredTensor t = file.entry(entry.getKey());
            assertThat(t.type().name()).isEqualTo(entry.getValue().get("dtype").asText());
            assertThat(t.shape().toString())
                    .isEqualTo(entry.getValue().get("shape").toString().replace(",", ", "));
            int begin = 8 + length + entry.getValue().get("data_offsets").get(0).asInt();
            int end = 8 + length + entry.getValue().get("data_offsets").get(1).asInt();
            assertThat(t.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOfRange(bytes, begin, end));
        }
        assertThat(file.names()).hasSize(tensors);
    }
}
