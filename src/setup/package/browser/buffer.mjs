// Where there are no wide kernels, nothing is to be emptied after them.

export const isAscii = () => true;

// Without them, arrays copy themselves.
export const Buffer = undefined;
