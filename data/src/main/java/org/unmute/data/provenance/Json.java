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
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;

/**
 * The JSON format of this program's files: indented, in insertion order, numbers in full precision, {@code null} for a
 * number that is not finite. Text stays as it is: of {@link PlainText}'s characters, which a terminal would act on, all
 * are escaped, also those above U+007F, for which JSON does not ask.
 */
public final class Json {
    /** Jackson's mapper for writing and reading. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .characterEscapes(new ActingCharacters())
                    .build())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new FiniteOrNull())
                    .addSerializer(Double.TYPE, new FiniteOrNull()))
            .build();

    /** A name in the file may be as long as the file; a message shows its beginning. */
    private static final int MESSAGE_CHARS = 1000;

    private Json() {}

    /** Writes a value to a file, all or nothing. */
    public static void write(Path file, Object value) throws IOException {
        AtomicFile.write(file, MAPPER.writeValueAsBytes(value));
    }

    /** An empty object, for a document. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Reads a file.
     *
     * @throws InputException if it is not JSON
     * @throws IOException naming the file, if it cannot be read
     */
    public static JsonNode read(Path file) throws IOException {
        try {
            return MAPPER.readTree(FileFailure.naming(file, () -> Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            String what = e.getOriginalMessage();
            throw new InputException(
                    file + " is no JSON: " + what.substring(0, Math.min(MESSAGE_CHARS, what.length())), e);
        } catch (CharConversionException e) {
            throw new InputException(file + " is no JSON: a byte sequence that is no text: save the file as UTF-8", e);
        }
    }

    /** A number, or null, which JSON has in place of NaN and infinities. */
    public static Double finite(double x) {
        return Double.isFinite(x) ? x : null;
    }

    /** Escapes what acts on a terminal in addition to what JSON escapes. */
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
