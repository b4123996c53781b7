package org.unmute.data.provenance;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;

/**
 * The JSON format of this program's files: indented, in insertion order, numbers in full precision, {@code null} for a
 * number that is not finite. A map of {@link Map#of()} or {@link Map#copyOf}, whose order differs from one JVM to the
 * next, is sorted by key. Text is kept unchanged; control characters that a terminal would act on (see {@link
 * PlainText}) are escaped, including those above U+007F, where JSON does not require it.
 */
public final class Json {
    /** The shared Jackson mapper for reading and writing. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .characterEscapes(new ActingCharacters())
                    .build())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new FiniteOrNull())
                    .addSerializer(Double.TYPE, new FiniteOrNull())
                    .addSerializer(Map.of(1, 1, 2, 2).getClass(), new StdDelegatingSerializer(new Sorted())))
            .build();

    /** Maximum length of a message: a name in the file may be as long as the file. */
    private static final int MESSAGE_CHARS = 1000;

    private Json() {}

    /** Writes a value to a file, completely or not at all. */
    public static void write(Path file, Object value) throws IOException {
        AtomicFile.write(file, MAPPER.writeValueAsBytes(value));
    }

    /** An empty object, from which a document can be built. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Reads a file.
     *
     * @throws InputException if the file is not JSON
     * @throws IOException naming the file, if the file cannot be read
     */
    public static JsonNode read(Path file) throws IOException {
        try {
            return MAPPER.readTree(FileFailure.naming(file, () -> Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            String what = e.getOriginalMessage();
            throw new InputException(
                    file + " is not JSON: " + what.substring(0, Math.min(MESSAGE_CHARS, what.length())), e);
        } catch (CharConversionException e) {
            throw new InputException(
                    file + " is not JSON: a byte sequence that is not text: save the file as UTF-8", e);
        }
    }

    /** A number, or null for NaN and infinities, which JSON cannot represent. */
    public static Double finite(double x) {
        return Double.isFinite(x) ? x : null;
    }

    /** Escapes characters that act on a terminal, in addition to those that JSON escapes. */
    private static final class ActingCharacters extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        private final int[] ascii = standardAsciiEscapesForJSON();

        ActingCharacters() {
            ascii[0x7F] = ESCAPE_STANDARD;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii.clone();
        }

        @Override
        public SerializableString getEscapeSequence(int c) {
            return PlainText.acts(c) ? new SerializedString(String.format("\\u%04X", c)) : null;
        }
    }

    /** Sorts the maps of {@link Map#of()}. */
    private static final class Sorted extends StdConverter<Map<?, ?>, Map<?, ?>> {
        @Override
        public Map<?, ?> convert(Map<?, ?> unordered) {
            return new TreeMap<>(unordered);
        }
    }

    private static final class FiniteOrNull extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (Double.isFinite(value)) {
                out.writeNumber(value);
            } else {
                out.writeNull();
            }
        }
    }
}
