/** Networks that the bench measures, written as ONNX graphs for engines that read these. */
package org.unmute.bench.onnx;
