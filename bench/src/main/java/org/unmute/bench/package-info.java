/** Single kernels of the vector backend, timed one by one and between two builds of it. */
package org.unmute.bench;
