package org.unmute.models.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.io.LoadLimits;

/**
 * A node of a graph, reduced to what shows the names of weights.
 *
 * @param type of its operator
 * @param inputs names of the values that it reads, the first ones
 * @param outputs names of its results, the first ones
 * @param transposed whether a Gemm multiplies by the transpose of its second input ({@code transB})
 */
record OnnxNode(String type, List<String> inputs, List<String> outputs, boolean transposed) {
    private static final Set<String> LINEAR = Set.of("MatMul", "Add", "Gemm");
    private static final Set<String> QUANTIZED = Set.of(
            "MatMulInteger",
            "ConvInteger",
            "QLinearMatMul",
            "QLinearConv",
            "DequantizeLinear",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
            "MatMulNBits",
            "QGemm",
            "QAttention");
    private static final int KEPT = 3;

    static OnnxNode read(ProtobufFields fields) throws MalformedFileException {
        int most = LoadLimits.DEFAULT.nameChars();
        String type = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        boolean transposed = false;
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> add(inputs, fields, most);
                case 2 -> add(outputs, fields, most);
                case 4 -> type = fields.text(most);
                case 5 -> transposed |= isTransposed(fields.message());
                default -> {
                    // its name and texts
                }
            }
        }
        return new OnnxNode(type, inputs, outputs, transposed);
    }

    private static void add(List<String> names, ProtobufFields fields, int most) throws MalformedFileException {
        if (names.size() < KEPT) {
            names.add(fields.text(most));
        }
    }

    private static boolean isTransposed(ProtobufFields attribute) throws MalformedFileException {
        boolean named = false;
        long value = 0;
        while (attribute.next()) {
            if (attribute.field() == 1 && attribute.length() == "transB".length()) {
                named = attribute.text("transB".length()).equals("transB");
            } else if (attribute.field() == 3 && attribute.wire() == ProtobufFields.VARINT) {
                value = attribute.number();
            }
        }
        return named && value != 0;
    }

    /** Whether it is part of a linear map. */
    boolean isLinear() {
        return LINEAR.contains(type) && inputs.size() >= 2 && !outputs.isEmpty();
    }

    /** Whether it computes with rounded weights. */
    boolean isQuantized() {
        return QUANTIZED.contains(type);
    }
}
